import type { Delivery, DeliveryOutcome, NotifyEvent, NotifyTarget } from './notify.js';
import type { Task } from './task.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The pauses before each further attempt: ten attempts, within about 16 hours. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  8 * HOUR_MS,
];

/** A pause is made shorter or longer by up to this part of it, so that the receivers of many tasks are not called at once when one is back. */
const JITTER = 0.2;

/** The deliveries of a target that are kept, pending or not: a task that is queued again and again does not grow. */
const MAX_RECORDS_PER_TARGET = 8;

/** The parts of a task that deliveries change. */
type DeliveryParts = Pick<Task, 'deliveries' | 'nextDeliveryMs'>;

/** Names a delivery within its task. */
export type DeliveryKey = Pick<Delivery, 'target' | 'revision'>;

/**
 * The outbox after a change of state: an entry for each target that wants to know, due at once. An earlier change that was not tried yet
 * gives way to the new one, since a body tells the newest state anyway; only an end does not give way to what is none.
 * @param task after the change, with its new revision. @returns no part at all for a task that tells nobody.
 */
export function withEvents(task: Task, change: 'ENDED' | 'WENT_ON', nowMs: number): Partial<DeliveryParts> {
  const { notify = [], deliveries = [], revision } = task;
  const made = notify.flatMap((of, target): Delivery[] => {
    const event = eventFor(of, change);
    if (event === null || isGone(deliveries, target)) return [];
    return [{ target, event, revision, ...fresh(nowMs) }];
  });
  if (made.length === 0) return {};
  const givesWay = (each: Delivery): boolean =>
    made.some(({ target, event }) => target === each.target && (event === 'ENDED' || each.event !== 'ENDED'));
  const kept = deliveries.filter((each) => !isUntried(each) || !givesWay(each));
  return partsOf(trimmed([...kept, ...made]));
}

/** Deliveries whose time has come. */
export function dueDeliveries({ deliveries = [] }: Task, nowMs: number): readonly Delivery[] {
  return deliveries.filter(({ nextAttemptMs }) => nextAttemptMs !== null && nextAttemptMs <= nowMs);
}

/** Whether any delivery has not come to its end. */
export function hasPendingDeliveries({ nextDeliveryMs }: Task): boolean {
  return typeof nextDeliveryMs === 'number';
}

/**
 * One deliverer begins an attempt: nobody else does before `untilMs`. An attempt beyond the last, which is due when the one before was never
 * heard of again, ends the delivery instead.
 * @returns null: there is no such delivery that is due.
 */
export function deliveryTaken(
  task: Task,
  key: DeliveryKey,
  { nowMs, untilMs, maxAttempts }: { readonly nowMs: number; readonly untilMs: number; readonly maxAttempts: number },
): Task | null {
  const due = dueDeliveries(task, nowMs).some((each) => isSame(each, key));
  if (!due) return null;
  return changedOne(task, key, (each) =>
    each.attempts < maxAttempts
      ? { ...each, attempts: each.attempts + 1, nextAttemptMs: untilMs }
      : { ...each, state: 'ABANDONED', nextAttemptMs: null, problem: 'INTERRUPTED' },
  );
}

/** A delivery is looked at again only later. No attempt. */
export function deliveryPostponed(task: Task, key: DeliveryKey, untilMs: number): Task {
  return changedOne(task, key, (each) => ({ ...each, nextAttemptMs: untilMs }));
}

/**
 * The attempt ended. 410 also ends whatever else that target waits for.
 * @param attempt its number: a result of an attempt that was taken for lost counts only when it is a success.
 * @returns null: there is nothing to record.
 */
export function deliveryAttempted(
  task: Task,
  { attempt, outcome, ...key }: DeliveryKey & { readonly attempt: number; readonly outcome: DeliveryOutcome },
  { nowMs, delayMs }: { readonly nowMs: number; readonly delayMs: number | null },
): Task | null {
  const current = task.deliveries?.find((each) => isSame(each, key));
  if (current?.state !== 'PENDING') return null;
  if (current.attempts !== attempt && outcome.kind !== 'DELIVERED') return null;
  const lastStatus = outcome.status;
  if (outcome.kind === 'DELIVERED')
    return changedOne(task, key, (each) => ({
      ...each,
      state: 'DELIVERED',
      nextAttemptMs: null,
      lastStatus,
      problem: null,
      deliverTimeMs: nowMs,
    }));
  const { problem } = outcome;
  if (outcome.kind === 'FAILED' && delayMs !== null)
    return changedOne(task, key, (each) => ({ ...each, nextAttemptMs: nowMs + delayMs, lastStatus, problem }));
  return changedEach(task, (each) => {
    const ends = isSame(each, key) || (problem === 'GONE' && each.target === key.target && each.state === 'PENDING');
    return ends ? { ...each, state: 'ABANDONED', nextAttemptMs: null, lastStatus, problem } : each;
  });
}

/** The pause after an attempt, in milliseconds; null: it was the last. @param random at least 0, less than 1. */
export function pauseAfter(attempt: number, delaysMs: readonly number[], random: number): number | null {
  const delayMs = delaysMs[attempt - 1];
  return delayMs === undefined ? null : Math.round(delayMs * (1 - JITTER + 2 * JITTER * random));
}

/** Which deliveries begin anew, beside those that were given up. */
export interface Redelivery {
  readonly includeDelivered: boolean;
  /** Those to a target that answered 410 as well: it wants none. */
  readonly includeGone: boolean;
}

/** Deliveries that have come to their end begin anew. @returns null: there are none. */
export function redelivered(
  task: Task,
  { includeDelivered, includeGone, nowMs }: Redelivery & { readonly nowMs: number },
): Task | null {
  const { deliveries = [] } = task;
  const isMeant = ({ state, target }: Delivery): boolean =>
    (state === 'ABANDONED' || (includeDelivered && state === 'DELIVERED')) &&
    (includeGone || !isGone(deliveries, target));
  if (!deliveries.some(isMeant)) return null;
  return changedEach(task, (each) => (isMeant(each) ? { ...each, ...fresh(nowMs), isAgain: true } : each));
}

/**
 * A task whose time is up waits for its deliveries: it expires when the last of them is tried next, and a little. It does not wait for those that a caller
 * began anew, which could go on for ever.
 * @returns null: it waits for none.
 */
export function expiryPostponed(task: Task, nowMs: number): Task | null {
  const times = (task.deliveries ?? []).flatMap(({ nextAttemptMs, isAgain }) =>
    isAgain === true || nextAttemptMs === null ? [] : [nextAttemptMs],
  );
  if (times.length === 0) return null;
  return { ...task, revision: task.revision + 1, expireTimeMs: Math.max(nowMs, ...times) + MINUTE_MS };
}

function fresh(nowMs: number): Omit<Delivery, 'target' | 'event' | 'revision'> {
  return { state: 'PENDING', attempts: 0, nextAttemptMs: nowMs, lastStatus: null, problem: null, deliverTimeMs: null };
}

function eventFor({ events }: NotifyTarget, change: 'ENDED' | 'WENT_ON'): NotifyEvent | null {
  if (change === 'ENDED' && events.includes('ENDED')) return 'ENDED';
  return events.includes('STATE_CHANGED') ? 'STATE_CHANGED' : null;
}

function isGone(deliveries: readonly Delivery[], target: number): boolean {
  return deliveries.some((each) => each.target === target && each.problem === 'GONE');
}

function isUntried({ state, attempts }: Delivery): boolean {
  return state === 'PENDING' && attempts === 0;
}

/** Without the oldest deliveries of a target that has too many. */
function trimmed(deliveries: readonly Delivery[]): readonly Delivery[] {
  return deliveries.filter(
    ({ target }, i) =>
      deliveries.slice(i + 1).filter((later) => later.target === target).length < MAX_RECORDS_PER_TARGET,
  );
}

function isSame(delivery: Delivery, { target, revision }: DeliveryKey): boolean {
  return delivery.target === target && delivery.revision === revision;
}

function changedOne(task: Task, key: DeliveryKey, change: (delivery: Delivery) => Delivery): Task {
  return changedEach(task, (each) => (isSame(each, key) ? change(each) : each));
}

/** No change of the task's own: `updateTimeMs`, by which the present phase is measured, stays. */
function changedEach(task: Task, change: (delivery: Delivery) => Delivery): Task {
  return { ...task, revision: task.revision + 1, ...partsOf((task.deliveries ?? []).map(change)) };
}

function partsOf(deliveries: readonly Delivery[]): DeliveryParts {
  const times = deliveries.flatMap(({ nextAttemptMs }) => nextAttemptMs ?? []);
  return { deliveries, nextDeliveryMs: times.length === 0 ? null : Math.min(...times) };
}
