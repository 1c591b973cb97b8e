import { CallError } from '../task/call-error.js';
import {
  deliveryAttempted,
  type DeliveryKey,
  deliveryPostponed,
  deliveryTaken,
  dueDeliveries,
  pauseAfter,
  RETRY_DELAYS_MS,
} from '../task/deliveries.js';
import type { Delivery, DeliveryOutcome, NotifyEvent } from '../task/notify.js';
import type { Clock } from '../task/ports/clock.js';
import type { Notifier } from '../task/ports/notifier.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { SigningSecretStore } from '../task/ports/signing-secret-store.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { TaskStore } from '../task/ports/task-store.js';
import type { Task, TaskKey } from '../task/task.js';
import { changeTask } from '../task/use-cases/change-task.js';
import { delay, type Wakeable, wakeable } from '../task/wait.js';

export interface DelivererDeps {
  readonly store: TaskStore & SigningSecretStore;
  readonly clock: Clock;
  readonly events: TaskEvents;
  readonly notifier: PerTenant<Notifier>;
  /** The body of an event that is sent at a time. */
  readonly printEvent: (task: Task, event: NotifyEvent, timeMs: number) => string;
  /** The pauses before each further attempt. Default: ten attempts within hours. */
  readonly retryDelaysMs?: readonly number[];
  /** How often it is looked for events of other processes, which have died, say, about. Default: 20 s. */
  readonly pollMs?: number;
}

const POLL_MS = 20_000;
/** So long an event is left alone after a fault of ours, and the store after a fault of its. */
const FAULT_PAUSE_MS = 5000;
const STORE_PAUSE_MS = 1000;
/** How many tasks with due events are read at a time. */
const BATCH = 100;
const MAX_UNDER_WAY = 32;
/** Of the attempts of this process, to one host: a slow receiver does not hold up the events of others. */
const MAX_PER_HOST = 8;
/** Of the attempts of this process, of one tenant: its receivers, however many, do not hold up the events of others. */
const MAX_PER_TENANT = 16;
/** Behind a slow receiver an event waits this long before it is looked at again, so that those of others come into the batch. */
const POSTPONE_MS = 10_000;
/** An attempt that is not heard of for so long is lost with its process. Far more than an attempt and the error of clocks. */
const ATTEMPT_LEASE_MS = 60_000;
const RECORD_RETRY_MS = 1000;

/**
 * Delivers the events of tasks until the signal aborts: any process with the store may, and the one that has made them does so at once. The entry of an event is taken by compare-and-set, so that
 * two processes deliver it once; one that dies between the delivery and its record leaves it to be delivered again.
 */
export async function runDeliverer(deps: DelivererDeps, signal: AbortSignal): Promise<void> {
  const underWay: UnderWay = new Map();
  const news = wakeable();
  const { store, clock, pollMs = POLL_MS } = deps;
  /** Whether an attempt has ended, so that there is room for others. */
  let hasPlace = false;
  const place = {
    wake: () => {
      hasPlace = true;
      news.wake();
    },
  };
  const isOver = (): boolean => signal.aborted;
  const isPlaceFree = (): boolean => hasPlace;
  /** When an event that this process knows of is due. */
  let dueMs = Infinity;
  const unsubscribe = store.feed.subscribe({
    onHint(hint) {
      if (hint.dueMs === undefined || hint.dueMs >= dueMs) return;
      dueMs = hint.dueMs;
      news.wake();
    },
    onGap: () => undefined,
  });
  while (!isOver()) {
    if (dueMs <= clock.nowMs()) dueMs = Infinity;
    hasPlace = false;
    try {
      await lookOnce(deps, underWay, place, signal);
    } catch (error) {
      deps.events.backgroundError('cannot look for events to deliver', error);
      await delay(Math.min(pollMs, STORE_PAUSE_MS), signal);
      continue;
    }
    // Not all processes at the same time.
    const lookMs = clock.nowMs() + pollMs * (0.75 + clock.random() / 2);
    const waitMs = (): number => Math.min(lookMs, dueMs) - clock.nowMs();
    while (!isOver() && !isPlaceFree() && waitMs() > 0) await news.wait({ timeoutMs: waitMs(), signal });
  }
  unsubscribe();
  await Promise.all([...underWay.values()].map(({ done }) => done));
}

/** The attempts of this process, by task, target and revision. */
type UnderWay = Map<string, { readonly host: string; readonly tenant: string; readonly done: Promise<void> }>;

async function lookOnce(
  deps: DelivererDeps,
  underWay: UnderWay,
  place: Pick<Wakeable, 'wake'>,
  signal: AbortSignal,
): Promise<void> {
  if (underWay.size >= MAX_UNDER_WAY) return;
  const nowMs = deps.clock.nowMs();
  const tasks = await deps.store.withDueDeliveries(BATCH, { nowMs: nowMs + 1 });
  for (const task of tasks) {
    for (const delivery of dueDeliveries(task, nowMs)) {
      const name = `${task.tenant}/${task.id}/${delivery.target}/${delivery.revision}`;
      if (underWay.has(name)) continue;
      if (underWay.size >= MAX_UNDER_WAY || signal.aborted) return;
      const host = hostOf(task, delivery);
      const others = [...underWay.values()];
      const ofHost = others.filter((other) => other.host === host);
      const ofTenant = others.filter(({ tenant }) => tenant === task.tenant);
      if (ofHost.length >= MAX_PER_HOST || ofTenant.length >= MAX_PER_TENANT) {
        if (tasks.length === BATCH) await postpone(deps, task, delivery, nowMs);
        continue;
      }
      const done = deliver(deps, task, delivery, signal)
        .catch(async (error: unknown) => {
          if (!isGone(error)) deps.events.backgroundError('cannot deliver an event', error, task);
          // It is still due: without a pause a store that cannot be written would be asked again at once, for ever.
          await delay(Math.min(FAULT_PAUSE_MS, 5 * (deps.pollMs ?? POLL_MS)), signal);
        })
        .finally(() => {
          underWay.delete(name);
          place.wake();
        });
      underWay.set(name, { host, tenant: task.tenant, done });
    }
  }
}

function hostOf({ notify = [] }: Task, { target }: Delivery): string {
  const url = notify[target]?.url ?? '';
  return URL.canParse(url) ? new URL(url).host : '';
}

async function postpone({ store, clock }: DelivererDeps, task: Task, key: DeliveryKey, nowMs: number): Promise<void> {
  const untilMs = nowMs + Math.round(POSTPONE_MS * (0.5 + clock.random()));
  // Refused: another process was faster, or the task went on.
  await store.replace(task, deliveryPostponed(task, key, untilMs), { leaseMs: null });
}

async function deliver(
  deps: DelivererDeps,
  { tenant, id }: TaskKey,
  key: DeliveryKey,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, retryDelaysMs = RETRY_DELAYS_MS } = deps;
  const nowMs = clock.nowMs();
  const untilMs = nowMs + ATTEMPT_LEASE_MS;
  const maxAttempts = retryDelaysMs.length + 1;
  const taken = await changeTask(store, { tenant, id }, (task) =>
    deliveryTaken(task, key, { nowMs, untilMs, maxAttempts }),
  );
  // Another process was faster.
  if (!taken.changed) return;
  const delivery = find(taken.task, key);
  if (delivery?.state !== 'PENDING') {
    if (delivery) deps.events.deliveryAttempted(taken.task, delivery);
    return;
  }
  const outcome = await attempt(deps, taken.task, delivery, signal);
  const delayMs = pauseAfter(delivery.attempts, retryDelaysMs, clock.random());
  await record(deps, taken.task, { ...key, attempt: delivery.attempts, outcome }, { delayMs, untilMs });
}

async function attempt(
  { store, clock, notifier, printEvent }: DelivererDeps,
  task: Task,
  { target, event, revision }: Delivery,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const to = task.notify?.[target];
  if (!to) throw new Error(`task ${task.id} has no notify target ${target}`);
  const secret = to.secretId === null ? null : await store.getSigningSecret(to.secretId);
  const isSigned = to.secretId !== null;
  if (isSigned && (secret === null || secret.tenant !== task.tenant || secret.revokeTimeMs !== null))
    return { kind: 'HOPELESS', status: null, problem: 'SECRET_REVOKED' };
  const timeMs = clock.nowMs();
  const id = `evt_${task.id}_${revision}_${target}`;
  const body = printEvent(task, event, timeMs);
  return notifier.of(task.tenant).send({ url: to.url, id, timeMs, body, secret: secret?.text ?? null }, signal);
}

/** Tries to record until another process may take the attempt for lost: a store that is away for a moment does not cost a second delivery. */
async function record(
  { store, clock, events }: DelivererDeps,
  key: TaskKey,
  attempted: Parameters<typeof deliveryAttempted>[1],
  { delayMs, untilMs }: { readonly delayMs: number | null; readonly untilMs: number },
): Promise<void> {
  for (;;) {
    try {
      const { task, changed } = await changeTask(store, key, (from) =>
        deliveryAttempted(from, attempted, { nowMs: clock.nowMs(), delayMs }),
      );
      const delivery = find(task, attempted);
      if (changed && delivery) events.deliveryAttempted(task, delivery);
      return;
    } catch (error) {
      if (isGone(error) || clock.nowMs() + RECORD_RETRY_MS > untilMs) throw error;
      await delay(RECORD_RETRY_MS, new AbortController().signal);
    }
  }
}

function find({ deliveries = [] }: Task, { target, revision }: DeliveryKey): Delivery | undefined {
  return deliveries.find((each) => each.target === target && each.revision === revision);
}

/** The task was deleted: its caller has given its deliveries up. */
function isGone(error: unknown): boolean {
  return error instanceof CallError && error.detail.reason === 'TASK_NOT_FOUND';
}
