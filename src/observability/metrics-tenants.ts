import { Counter, type Registry } from 'prom-client';
import { DEFAULT_TENANT } from '../task/caller.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { Task } from '../task/task.js';

/** The label of all tenants without one of their own. No tenant has this name: it begins with no letter or digit. */
export const OTHER_TENANTS = '_other';

export interface TenantLabelOptions {
  /** How many tenants get a label of their own, beside `default`. */
  readonly max: number;
  /** Whether a tenant is one of those; asked when something of it is first counted. */
  readonly isNamed: (tenant: string) => boolean;
}

/**
 * The label of each tenant. Their number is bounded as long as the process runs: callers cannot add any, and a tenant that has one keeps it, so that no counter goes back.
 */
export function createTenantLabels({ max, isNamed }: TenantLabelOptions): (tenant: string) => string {
  const own = new Set<string>();
  return (tenant) => {
    if (tenant === DEFAULT_TENANT || own.has(tenant)) return tenant;
    if (own.size >= max || !isNamed(tenant)) return OTHER_TENANTS;
    own.add(tenant);
    return tenant;
  };
}

/**
 * Counts the events of tasks by tenant, in few metrics of their own: as a label of all the others tenants would multiply them.
 * @returns a decorator, which calls the inner events first.
 */
export function createTenantMetrics(
  registry: Registry,
  labelOf: (tenant: string) => string,
): (inner: TaskEvents) => TaskEvents {
  const registers = [registry];
  const submitted = new Counter({
    name: 'cutroom_tenant_tasks_submitted_total',
    help: 'Tasks that were accepted, by tenant; `_other`: all tenants without a label of their own.',
    labelNames: ['tenant'],
    registers,
  });
  const ended = new Counter({
    name: 'cutroom_tenant_attempts_ended_total',
    help: 'Attempts that ended, by tenant and by the state that the task went to.',
    labelNames: ['tenant', 'state'],
    registers,
  });
  const seconds = new Counter({
    name: 'cutroom_tenant_attempt_seconds_total',
    help: 'Time that ended attempts took, by tenant: its part of the slots.',
    labelNames: ['tenant'],
    registers,
  });

  function countEnd({ tenant, state, phaseTimings }: Task): void {
    const label = labelOf(tenant);
    ended.inc({ tenant: label, state });
    const tookMs = phaseTimings.reduce((sum, { durationMs }) => sum + durationMs, 0);
    if (tookMs > 0) seconds.inc({ tenant: label }, tookMs / 1000);
  }

  return (inner) => ({
    ...inner,
    submitted: (task) => {
      inner.submitted(task);
      submitted.inc({ tenant: labelOf(task.tenant) });
    },
    attemptEnded: (task, details) => {
      inner.attemptEnded(task, details);
      countEnd(task);
    },
    cancelled: (task) => {
      inner.cancelled(task);
      countEnd(task);
    },
    queueTimedOut: (task) => {
      inner.queueTimedOut(task);
      countEnd(task);
    },
    handedBack: (task) => {
      inner.handedBack(task);
      countEnd(task);
    },
    recovered: (task) => {
      inner.recovered(task);
      countEnd(task);
    },
  });
}
