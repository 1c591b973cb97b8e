import type { Clock } from '../task/ports/clock.js';
import type { TaskStore } from '../task/ports/task-store.js';
import type { Task } from '../task/task.js';

/** From how many of a tenant's oldest tasks one is chosen; where other workers claim the same, the more there are the fewer claims are lost. */
const CANDIDATES = 16;
const CONTESTED_CANDIDATES = 32;
/** For so long at most a look at the queue serves the slots that become free: until the feed says that something is queued, and should that be lost, no longer. */
const LOOK_MS = 1000;
/** For so long after a claim that was lost to another worker the claims are chosen at random. */
const CONTESTED_MS = 1000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** The oldest queued tasks of a tenant. Claims take theirs out of it. */
export interface Head {
  readonly tenant: string;
  readonly candidates: Task[];
  /** How many of them may still be claimed. */
  most: number;
}

/**
 * Whose turn it is to have a task claimed. Tenants with queued tasks take turns in the order of their names, so that one that queues thousands delays
 * no other by more than a task for each slot. Each worker goes round by itself.
 */
export interface Turns {
  /** The heads that up to `count` claims may take from: one of each tenant, then a second of each, and so on. None: nothing that may run is queued. */
  next(count: number): Promise<Head[]>;
  /** Whether a tenant was passed over in the last round, since as many of its tasks run as may: when one ends there may be work. */
  hasPassedOver(): boolean;
  /** Something is queued: nothing is known of the queue any more. */
  forget(): void;
  /** Another worker was faster: what is left over is too old. */
  lost(): void;
  /** Whether other workers claim the same tasks. */
  isContested(): boolean;
}

export interface TurnsDeps {
  readonly store: Pick<TaskStore, 'queued' | 'countIn'>;
  readonly clock: Pick<Clock, 'monotonicMs' | 'random'>;
  /** The most running tasks of a tenant; null: any number. Default: any number, of every tenant. */
  readonly maxRunning?: (tenant: string) => number | null;
}

/** @param last the tenant whose turn was last; by default any name, so that workers that start together do not all go for the same tenant. */
export function createTurns(
  { store, clock, maxRunning }: TurnsDeps,
  last = LETTERS.charAt(Math.floor(clock.random() * LETTERS.length)),
): Turns {
  let contestedUntilMs = -Infinity;
  let hasPassedOver = false;
  /** What is left over of the last look: all tenants with queued tasks, in turn. */
  let rest: Head[] = [];
  /** No tenant after this one by name has queued tasks; null: not known. */
  let lastOfAll: string | null = null;
  /** Until then both are good, in monotonic time. */
  let knownUntilMs = -Infinity;

  /**
   * Once round, from the tenant after the last one to the end of the names, and from their beginning up to that tenant itself; no further than `count` tenants that may run tasks.
   * What it finds is kept if it went all the way, and no tenant has a limit, which others may reach meanwhile.
   */
  async function lookRound(count: number): Promise<Head[]> {
    const from = last;
    const nowMs = clock.monotonicMs();
    const limit = turns.isContested() ? CONTESTED_CANDIDATES : CANDIDATES;
    if (nowMs >= knownUntilMs) {
      lastOfAll = null;
      knownUntilMs = nowMs + LOOK_MS;
    }
    hasPassedOver = false;
    const heads: Head[] = [];
    let isLimited = false;
    let after = lastOfAll !== null && from >= lastOfAll ? '' : from;
    let isSecondHalf = after === '';
    for (;;) {
      const candidates = [...(await store.queued(limit, { after }))];
      const tenant = candidates[0]?.tenant;
      if (tenant === undefined) {
        lastOfAll = after;
        if (isSecondHalf) break;
        isSecondHalf = true;
        after = '';
        continue;
      }
      const isBehind = isSecondHalf && from !== '';
      if (isBehind && tenant > from) break;
      const room = await roomOf(tenant);
      isLimited ||= room !== Infinity;
      if (room > 0) heads.push({ tenant, candidates, most: Math.min(candidates.length, room) });
      else hasPassedOver = true;
      if (isBehind && tenant === from) break;
      if (heads.length >= count) return heads;
      after = tenant;
    }
    if (!isLimited) rest = heads;
    return heads;
  }

  /** Counted before the claims: workers that claim at the same moment may together exceed the limit by their claims. */
  async function roomOf(tenant: string): Promise<number> {
    const limit = maxRunning?.(tenant) ?? null;
    if (limit === null) return Infinity;
    return limit === 0 ? 0 : limit - (await store.countIn(tenant, 'RUNNING', limit));
  }

  const turns: Turns = {
    async next(count) {
      if (clock.monotonicMs() >= knownUntilMs) rest = [];
      const heads = rest.length > 0 ? rest : await lookRound(count);
      const taken: Head[] = [];
      while (taken.length < count) {
        const head = heads.shift();
        if (!head) break;
        taken.push(head);
        last = head.tenant;
        head.most -= 1;
        if (head.most > 0) heads.push(head);
      }
      return taken;
    },
    hasPassedOver: () => hasPassedOver,
    forget: () => {
      knownUntilMs = -Infinity;
    },
    lost: () => {
      rest = [];
      contestedUntilMs = clock.monotonicMs() + CONTESTED_MS;
    },
    isContested: () => clock.monotonicMs() < contestedUntilMs,
  };
  return turns;
}
