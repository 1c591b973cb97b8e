import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Delivery } from '../task/notify.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { Task } from '../task/task.js';

/** A phase takes milliseconds for a file at hand and up to hours for a long render. */
const PHASE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

const ENDED_HELP =
  'Attempts that ended, by the state that the task went to and the reason of a failure; also tasks that were cancelled or timed out before one began.';

/**
 * Counts the events of tasks. Each end is counted once, by the process that stored it: an attempt that lost its lease is not counted
 * by its own worker, since a cancel or a recovery was.
 * @returns a decorator, which calls the inner events first.
 */
export function createEventMetrics(registry: Registry): (inner: TaskEvents) => TaskEvents {
  const registers = [registry];
  const submitted = new Counter({
    name: 'cutroom_tasks_submitted_total',
    help: 'Tasks that were accepted.',
    registers,
  });
  const ended = new Counter({
    name: 'cutroom_attempts_ended_total',
    help: ENDED_HELP,
    labelNames: ['state', 'reason'],
    registers,
  });
  const phase = new Histogram({
    name: 'cutroom_phase_seconds',
    help: 'Time that an ended attempt spent in each phase.',
    labelNames: ['phase'],
    buckets: PHASE_SECONDS,
    registers,
  });

  const showPause = createPauseGauge(registry);
  const countSection = createSectionCounter(registry);
  const countDelivery = createDeliveryCounter(registry);

  function countEnd({ state }: Task, reason: string): void {
    ended.inc({ state, reason });
  }

  /** A task that is queued again has no timings. */
  function observePhases({ phaseTimings }: Task): void {
    for (const timing of phaseTimings) phase.observe({ phase: timing.phase }, timing.durationMs / 1000);
  }

  return (inner) => ({
    ...inner,
    submitted: (task) => {
      inner.submitted(task);
      submitted.inc();
    },
    attemptEnded: (task, details) => {
      inner.attemptEnded(task, details);
      countEnd(task, details.failure?.reason ?? '');
      observePhases(task);
    },
    cancelled: (task) => {
      inner.cancelled(task);
      countEnd(task, '');
      observePhases(task);
    },
    queueTimedOut: (task) => {
      inner.queueTimedOut(task);
      countEnd(task, 'QUEUE_TIMEOUT');
    },
    handedBack: (task) => {
      inner.handedBack(task);
      countEnd(task, 'HANDED_BACK');
    },
    recovered: (task) => {
      inner.recovered(task);
      countEnd(task, 'WORKER_LOST');
    },
    deliveryAttempted: (task, delivery) => {
      inner.deliveryAttempted(task, delivery);
      countDelivery(delivery);
    },
    stepDone: (task, step) => {
      inner.stepDone(task, step);
      if (step.worker === null) countSection('own');
    },
    stepHelped: (task, step) => {
      inner.stepHelped(task, step);
      countSection('another');
    },
    paused: (reason) => {
      inner.paused(reason);
      showPause(reason);
    },
    resumed: () => {
      inner.resumed();
      showPause(null);
    },
  });
}

function createPauseGauge(registry: Registry): (reason: string | null) => void {
  const paused = new Gauge({
    name: 'cutroom_worker_paused',
    help: 'Whether the worker of this process claims nothing, since its machine is not fit for work; with the reason.',
    labelNames: ['reason'],
    registers: [registry],
  });
  paused.set({ reason: '' }, 0);
  return (reason) => {
    paused.reset();
    paused.set({ reason: reason ?? '' }, reason === null ? 0 : 1);
  };
}

function createSectionCounter(registry: Registry): (whose: 'own' | 'another') => void {
  const sections = new Counter({
    name: 'cutroom_sections_rendered_total',
    help: 'Sections that this worker rendered, of its own attempts and for other workers; in a fleet on MongoDB.',
    labelNames: ['for'],
    registers: [registry],
  });
  return (whose) => {
    sections.inc({ for: whose });
  };
}

function createDeliveryCounter(registry: Registry): (delivery: Delivery) => void {
  const attempts = new Counter({
    name: 'cutroom_delivery_attempts_total',
    help: 'Attempts to deliver an event to a notify target, by what became of the delivery: delivered, retried or abandoned; with the reason of a failure.',
    labelNames: ['outcome', 'reason'],
    registers: [registry],
  });
  const outcomes = { PENDING: 'retried', DELIVERED: 'delivered', ABANDONED: 'abandoned' };
  return ({ state, problem }) => {
    attempts.inc({ outcome: outcomes[state], reason: problem ?? '' });
  };
}
