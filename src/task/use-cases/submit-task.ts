import { DEFAULT_OUTPUTS, encoderNeeds } from '../../composition/output-spec.js';
import type { ParsedSpec } from '../../composition/parsed-spec.js';
import type { Violation } from '../../composition/violation.js';
import { inspectorOf, requireInspector } from '../inspector-of.js';
import { CallError } from '../call-error.js';
import type { AssetSource } from '../ports/asset-source.js';
import type { Clock } from '../ports/clock.js';
import type { PerTenant } from '../ports/per-tenant.js';
import type { LimitedInspector, Resolution } from '../ports/media-inspector.js';
import type { TaskEvents } from '../ports/task-events.js';
import type { TaskStore } from '../ports/task-store.js';
import type { NotifyTarget } from '../notify.js';
import type { Notifier } from '../ports/notifier.js';
import type { OutputUploader } from '../ports/output-uploader.js';
import type { SigningSecretStore } from '../ports/signing-secret-store.js';
import type { WorkerStore } from '../ports/worker-store.js';
import { pixelFramesOf } from '../pixel-frames.js';
import type { Quotas } from '../quotas.js';
import type { Task, Warning } from '../task.js';
import type { TaskOptions } from '../task-options.js';
import type { Trace } from '../trace.js';
import { submitted } from '../lifecycle.js';
import { countTask } from './count-task.js';
import { destinationViolations } from './destination-violations.js';
import { notifyViolations } from './notify-violations.js';

export interface SubmitCommand {
  readonly tenant: string;
  readonly requestId: string | null;
  /** SHA-256 of the body as it was sent, before defaults. */
  readonly requestHash: string;
  /** The spec as canonical JSON, in which form it is stored. */
  readonly specJson: string;
  readonly spec: ParsedSpec;
  readonly options: TaskOptions;
  readonly admission: 'QUEUE' | 'RUN_OR_REJECT';
  /** With a check: what a render would make is asked for too. Absent: it is not. */
  readonly probe?: true;
  /** Warnings about the request, which the task keeps; default: none. */
  readonly warnings?: readonly Warning[];
  /** The ids that the caller gave the request, for the log lines of the task. */
  readonly trace?: Trace;
}

export interface SubmitDeps {
  readonly store: TaskStore & WorkerStore & SigningSecretStore;
  readonly assets: PerTenant<AssetSource>;
  /** Null on a server without ffmpeg. */
  readonly inspectors: PerTenant<LimitedInspector> | null;
  /** File names of the fonts that requests may name. */
  readonly fonts: readonly string[];
  readonly clock: Clock;
  readonly events: TaskEvents;
  /** Null: no tenant has limits. */
  readonly quotas: Quotas | null;
  /** Whom tasks may notify. */
  readonly notifier: PerTenant<Pick<Notifier, 'check'>>;
  /** Where outputs may be put to. */
  readonly uploader: PerTenant<Pick<OutputUploader, 'check'>>;
  /** Who is told of the events of all tasks of a tenant, as the operator wants it. Default: nobody. */
  readonly standingTargets?: (tenant: string) => readonly NotifyTarget[];
}

/**
 * Checks a spec, stores it as a queued task and returns that. Repeating a submit with the same request id and body returns the
 * task of the first one, even if its inputs are gone by now.
 * @throws CallError INVALID_REQUEST with every violation, REQUEST_ID_REUSED, NO_FREE_SLOT, QUOTA_EXCEEDED, STORE_UNAVAILABLE. Nothing is stored then, except
 * that after STORE_UNAVAILABLE it may have been: repeat it with the same request id.
 */
export async function submitTask(deps: SubmitDeps, command: SubmitCommand): Promise<Task> {
  await deps.quotas?.takeSubmit(command.tenant);
  const earlier =
    command.requestId === null ? null : await deps.store.findByRequestId(command.tenant, command.requestId);
  if (earlier) return sameRequest(earlier, command);
  refuse([
    ...command.spec.violations,
    ...fontViolations(deps.fonts, command.spec),
    ...(await encoderViolations(deps.store, command.spec)),
    ...(await assetViolations(deps.assets.of(command.tenant), command.spec)),
    ...destinationViolations(deps.uploader.of(command.tenant), command.spec),
    ...(await notifyViolations(deps, command.tenant, command.options.notify)),
  ]);
  await admit(deps.store, command.admission);
  await checkQuota(deps, command);

  const task = taskOf(deps.clock, withStandingTargets(deps, command));
  const count = await deps.quotas?.takeDay(command.tenant, () => pixelFramesOf(command.spec));
  const stored = await deps.quotas?.takeRoom(command.tenant);
  const result = await deps.store.insert(task, command.specJson).finally(stored);
  if (result.kind === 'request-id-taken') return sameRequest(result.task, command);
  await countTask(deps.events, task, count);
  deps.events.submitted(task);
  return task;
}

/**
 * Checks a spec as `submitTask` does, and its inputs as a render does, as far as this server can. Stores nothing.
 * @returns the task that a submit would make, and what a render would make of it where the command asks for that.
 * @throws CallError INVALID_REQUEST with every violation, NOT_SUPPORTED_HERE (no ffmpeg, and no workers, and it is needed), INPUTS_UNAVAILABLE (also while no worker is alive).
 */
export async function validateTask(
  deps: Pick<SubmitDeps, 'assets' | 'inspectors' | 'fonts' | 'clock' | 'notifier' | 'uploader' | 'quotas'> & {
    readonly store: (WorkerStore & SigningSecretStore) | null;
  },
  command: SubmitCommand,
  signal: AbortSignal,
): Promise<ValidatedTask> {
  const { tenant, probe } = command;
  const action = 'probe the inputs of a spec: it has no ffmpeg';
  const inspector = await (probe
    ? requireInspector(deps.inspectors, { tenant, action })
    : inspectorOf(deps.inspectors, tenant));
  refuse([
    ...command.spec.violations,
    ...fontViolations(deps.fonts, command.spec),
    ...(deps.store ? await encoderViolations(deps.store, command.spec) : []),
    ...(await assetViolations(deps.assets.of(command.tenant), command.spec)),
    ...destinationViolations(deps.uploader.of(command.tenant), command.spec),
    ...(await notifyViolations(deps, command.tenant, command.options.notify)),
  ]);
  await checkQuota(deps, command);
  const {
    specJson,
    spec: { form, outputs },
  } = command;
  if (!form || !inspector) return { task: taskOf(deps.clock, command), resolution: null };
  const given = { signal, specJson, cache: command.options.cache ?? 'USE' };
  if (!command.probe) {
    refuse(await inspector.check(form, given));
    return { task: taskOf(deps.clock, command), resolution: null };
  }
  const { violations, resolution } = await inspector.resolve({ form, outputs }, given);
  refuse(violations);
  const warnings = [...(command.warnings ?? []), ...(resolution?.warnings ?? [])];
  return { task: taskOf(deps.clock, { ...command, warnings }), resolution };
}

/** A task that was only checked. */
export interface ValidatedTask {
  readonly task: Task;
  /** Null: not asked for. */
  readonly resolution: Resolution | null;
}

async function checkQuota(
  { quotas, assets }: Pick<SubmitDeps, 'quotas' | 'assets'>,
  { tenant, options: { priority }, spec }: SubmitCommand,
): Promise<void> {
  quotas?.checkTask(tenant, { priority, spec });
  await quotas?.checkInputBytes(tenant, async () => {
    const uris = [...new Set(spec.assets.map(({ uri }) => uri))];
    const sizes = await Promise.all(uris.map((uri) => assets.of(tenant).sizeOf(uri)));
    return sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  });
}

/**
 * Those of the operator come after those of the caller, who may name the same one with events and a secret of its own. They are not checked: what is wrong with them is no fault of
 * this caller's, and is seen at the delivery.
 */
function withStandingTargets({ standingTargets }: SubmitDeps, command: SubmitCommand): SubmitCommand {
  const { tenant, options } = command;
  const own = options.notify ?? [];
  const standing = (standingTargets?.(tenant) ?? []).filter(({ url }) => own.every((each) => each.url !== url));
  if (standing.length === 0) return command;
  return { ...command, options: { ...options, notify: [...own, ...standing] } };
}

function refuse(violations: readonly Violation[]): void {
  if (violations.length > 0) throw new CallError({ reason: 'INVALID_REQUEST', violations });
}

function taskOf(clock: Clock, command: SubmitCommand): Task {
  const { tenant, requestId, requestHash, options, warnings = [], trace = {} } = command;
  return submitted({
    id: clock.newTaskId(),
    nowMs: clock.nowMs(),
    tenant,
    requestId,
    requestHash,
    options,
    warnings,
    trace,
  });
}

function sameRequest(earlier: Task, command: SubmitCommand): Task {
  if (earlier.requestHash === command.requestHash) return earlier;
  throw new CallError({ reason: 'REQUEST_ID_REUSED', requestId: command.requestId ?? '' });
}

async function admit(store: SubmitDeps['store'], admission: SubmitCommand['admission']): Promise<void> {
  switch (admission) {
    case 'QUEUE':
      return;
    case 'RUN_OR_REJECT':
      return requireFreeSlot(store);
  }
}

/** Waiting tasks take a slot before this one. Two callers at once may both see the last slot: the later one then waits a little. */
async function requireFreeSlot(store: SubmitDeps['store']): Promise<void> {
  const [workers, { queued, running }] = await Promise.all([store.workers(), store.stats()]);
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
  if (queued + running >= slots) throw new CallError({ reason: 'NO_FREE_SLOT' });
}

/** The most fonts that are named to a caller who asks for another. */
const MAX_FONTS_NAMED = 20;

function fontViolations(there: readonly string[], { fonts }: ParsedSpec): Violation[] {
  const named = there.length === 0 ? 'it offers none' : there.slice(0, MAX_FONTS_NAMED).join(', ');
  const description = `is none of the fonts of this server: ${named}${there.length > MAX_FONTS_NAMED ? ', …' : ''}`;
  return fonts.filter(({ name }) => !there.includes(name)).map(({ field }) => ({ field, description }));
}

/** A worker without ffmpeg's facts, or none at all, says nothing: one that comes later may have the encoder. */
async function encoderViolations(store: WorkerStore, { outputs }: ParsedSpec): Promise<Violation[]> {
  // The one that every worker has needs no look.
  if (outputs === DEFAULT_OUTPUTS) return [];
  const builds = (await store.workers()).flatMap(({ build }) => build ?? []);
  if (builds.length === 0) return [];
  return outputs.flatMap(encoderNeeds).flatMap(({ field, encoders: needed }) => {
    if (builds.some(({ encoders }) => needed.every((name) => encoders.includes(name)))) return [];
    return [
      { field, description: `needs ${needed.join(' and ')}, which no worker has; choose another kind of output` },
    ];
  });
}

async function assetViolations(assets: AssetSource, spec: ParsedSpec): Promise<Violation[]> {
  const checked = await Promise.all(
    spec.assets.map(async ({ uri, field }) => {
      const problem = await assets.check(uri);
      return problem ? [{ field, description: problem.description }] : [];
    }),
  );
  return checked.flat();
}
