import type { TaskFeedListener } from '../task/ports/task-feed.js';
import type { LeadStore } from '../task/ports/lead-store.js';
import type { Store } from '../task/ports/store.js';
import type { WorkerBuild, WorkerStore } from '../task/ports/worker-store.js';
import { delay, wakeable, type Wakeable } from '../task/wait.js';
import { createClaims, type Claim, type Claims } from './claim-tasks.js';
import type { Machine } from '../task/ports/machine.js';
import type { Assistant } from '../task/ports/assistant.js';
import type { Task } from '../task/task.js';
import { joinFleet, type Fleet } from './fleet.js';
import { runInspections, type InspectionDuty } from './inspections.js';
import { createIntake } from './intake.js';
import { createAttemptStop, jobOf, runAttempt, type AttemptStop, type RunAttemptDeps } from './run-attempt.js';
import { runAnnouncer } from './announcer.js';
import { runLeftoverSweeper } from './leftover-sweeper.js';
import { runSweeper } from './sweeper.js';
import { createTurns, type Turns } from './turns.js';
import { AttemptLease, lossOf } from './attempt-lease.js';

export interface WorkerPoolOptions extends Omit<RunAttemptDeps, 'stopping' | 'intake' | 'helpersOf' | 'isFirst'> {
  readonly store: RunAttemptDeps['store'] &
    WorkerStore &
    Pick<Store, 'ping' | 'steps' | 'inspections' | keyof LeadStore>;
  /** Does steps of other workers' attempts; null: this worker does its own tasks alone, and so do the others. */
  readonly assistant: Assistant | null;
  /** Names this process among all that share the store, different after each start. */
  readonly owner: string;
  /** Renders at a time, at least 1. */
  readonly slots: number;
  /** The ffmpeg that it renders with, for callers; null where that is not known. */
  readonly build: WorkerBuild | null;
  /** Looks at inputs for processes without ffmpeg. Default: none, and callers are told so. */
  readonly inspecting?: InspectionDuty;
  readonly leaseMs: number;
  readonly sweepIntervalMs: number;
  /** How often files of attempts that did not succeed are looked for. Default: an hour. */
  readonly leftoverIntervalMs?: number;
  /** While it has a problem nothing is claimed. */
  readonly machine: Machine;
}

const LEFTOVER_INTERVAL_MS = 3_600_000;
/** Covers for a hint that was lost; nothing waits for it as long as the feed works. */
const IDLE_LOOK_MS = 30_000;

interface Running {
  readonly lease: AttemptLease;
  readonly stop: AttemptStop;
  readonly done: Promise<void>;
}

/** Takes queued tasks and renders them, up to `slots` at a time. */
export interface WorkerPool {
  start(): void;
  /** Number of renders under way. */
  running(): number;
  /**
   * Claims nothing more; lets renders end for up to `graceMs`, then kills them and hands their tasks back. Resolves when nothing runs
   * any more.
   */
  stop(options: { graceMs: number }): Promise<void>;
}

export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const running = new Map<string, Running>();
  const stopping = new AbortController();
  const work = wakeable();
  const intake = createIntake(options);
  const turns = createTurns({ ...options, maxRunning: (tenant) => options.limits?.of(tenant).running ?? null });
  let fleet: Fleet | null = null;
  let loops: Promise<unknown> = Promise.resolve();
  let unsubscribe = () => {};

  function begin({ task, sentMs, isFirst }: Claim): void {
    options.events.claimed(task);
    const lease = new AttemptLease(task, sentMs, options);
    const stop = createAttemptStop();
    const helpersOf = fleet && ((of: Task) => fleet?.helpersOf(of) ?? null);
    const deps = { ...options, intake, helpersOf, isFirst, stopping: stopping.signal };
    const done = runAttempt(deps, task, lease, stop).finally(() => {
      running.delete(lease.attemptId);
      work.wake();
    });
    running.set(lease.attemptId, { lease, stop, done });
  }

  const claims = createClaims({
    ...options,
    turns,
    onClaimed: begin,
    onMissed: () => {
      work.wake();
    },
  });
  const free = () => (stopping.signal.aborted ? 0 : options.slots - running.size - claims.underWay());

  /** @returns when it is to be looked again, without a hint. */
  async function fillSlots(): Promise<number> {
    // What ends these has no hint: room on a disk, say, or a limit of a tenant that is raised.
    const soonMs = options.sweepIntervalMs;
    for (let count = free(); count > 0; count = free()) {
      if (!(await intake.isOpen())) return soonMs;
      if (!(await claims.begin(count))) {
        // Tasks come first.
        await fleet?.seek();
        return turns.hasPassedOver() ? soonMs : Math.max(soonMs, IDLE_LOOK_MS);
      }
    }
    return Math.max(soonMs, IDLE_LOOK_MS);
  }

  return {
    start() {
      fleet = join(options, work, () => free() > 0);
      const unsubscribes = [watchFeed(options, running, turns, work), ...(fleet ? [fleet] : [])].map((listener) =>
        options.store.feed.subscribe(listener),
      );
      unsubscribe = () => {
        for (const end of unsubscribes) end();
      };
      loops = Promise.all([
        dispatch(options, { fillSlots, claims, work }, stopping.signal),
        runSweeper({ ...options, isUnderWay: (attemptId) => running.has(attemptId ?? '') }, stopping.signal),
        runLeftoverSweeper({ leftoverIntervalMs: LEFTOVER_INTERVAL_MS, ...options }, stopping.signal),
        runAnnouncer({ ...options, ...(inspects(options) && { inspects: true }) }, stopping.signal),
        inspectForOthers(options, stopping.signal),
      ]);
    },
    running: () => running.size,
    async stop({ graceMs }) {
      stopping.abort();
      const helping = fleet?.stopHelping();
      // From now on, also for the loops: one that waits for the store must not take the time in which the others are handed back.
      const grace = new AbortController();
      const settle = () => Promise.all([...running.values()].map((r) => r.done));
      await Promise.race([loops.then(settle), delay(graceMs, grace.signal)]);
      grace.abort();
      for (const { stop } of running.values()) stop.stop('drain');
      await loops;
      // A claim that was under way has begun meanwhile.
      for (const { stop } of running.values()) stop.stop('drain');
      await Promise.all([settle(), helping]);
      fleet?.close();
      unsubscribe();
    },
  };
}

function inspects({ store, inspecting }: WorkerPoolOptions): boolean {
  return store.inspections !== null && inspecting !== undefined;
}

async function inspectForOthers(options: WorkerPoolOptions, signal: AbortSignal): Promise<void> {
  const { store, inspecting } = options;
  if (store.inspections && inspecting)
    await runInspections({ ...options, ...inspecting, inspections: store.inspections }, signal);
}

/** Null: each worker of the store does its tasks alone. */
function join(options: WorkerPoolOptions, work: Wakeable, isFree: () => boolean): Fleet | null {
  const { store, assistant } = options;
  if (!store.steps || !assistant) return null;
  return joinFleet(store.steps, assistant, {
    ...options,
    jobOf: (task, specJson) => jobOf(options, task, specJson),
    isFree,
    wake: () => {
      work.wake();
    },
  });
}

/** The one dispatcher of this process: woken by the feed when a task is queued, and by a slot that becomes free. */
async function dispatch(
  options: WorkerPoolOptions,
  { fillSlots, claims, work }: { fillSlots: () => Promise<number>; claims: Claims; work: Wakeable },
  signal: AbortSignal,
): Promise<void> {
  const report = (error: unknown) => {
    options.events.backgroundError('cannot claim a task', error);
  };
  while (!signal.aborted) {
    try {
      await work.wait({ timeoutMs: await fillSlots(), signal });
    } catch (error) {
      report(error);
      await delay(options.sweepIntervalMs, signal);
    }
  }
  await claims.settled().catch(report);
}

/** Wakes the dispatcher when there is work, and stops attempts whose task was taken from them. */
function watchFeed(
  { store, events }: WorkerPoolOptions,
  running: ReadonlyMap<string, Running>,
  turns: Turns,
  work: Wakeable,
): TaskFeedListener {
  return {
    onHint(hint) {
      if (hint.state === 'QUEUED') turns.forget();
      if (hint.state === 'QUEUED' || (turns.hasPassedOver() && hint.state !== 'RUNNING')) work.wake();
      for (const { lease, stop } of running.values()) {
        const isOurs = hint.key.id === lease.key.id && hint.key.tenant === lease.key.tenant;
        // The fence only rises: a higher one means that the task is cancelled or another worker's.
        if (isOurs && hint.fence !== null && hint.fence > lease.fence)
          stop.stop(hint.state === 'CANCELLED' ? 'cancelled' : 'lost');
      }
    },
    onGap() {
      turns.forget();
      work.wake();
      // Did a cancel fall into the gap?
      for (const { lease, stop } of running.values()) {
        store.get(lease.key).then(
          (task) => {
            if (!task || task.fence > lease.fence) stop.stop(lossOf(task));
          },
          (error: unknown) => {
            events.backgroundError('cannot read a running task after a gap in the feed', error);
          },
        );
      }
    },
  };
}
