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
  /** The tenant whose turn was last; the next is the first after it by name. */
  last: string;
  /** Whether a tenant was passed over in the last round, since as many of its tasks run as may: when one ends there may be work. */
  passedOver: boolean;
  /** What is left over of the last look: all tenants with queued tasks, in turn. */
  rest: Head[];
  /** No tenant after this one by name has queued tasks; null: not known. */
  lastOfAll: string | null;
  /** Until then both are good, in monotonic time. */
  knownUntilMs: number;
  /** Something is queued: nothing is known of the queue any more. */
  forget(): void;
  /** Another worker was faster: what is left over is too old. */
  lost(nowMs: number): void;
  /** Whether other workers claim the same tasks. */
  isContested(nowMs: number): boolean;
}

export interface LookDeps {
  readonly store: Pick<TaskStore, 'queued' | 'countIn'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly turns: Turns;
  /** The most running tasks of a tenant; null: any number. Default: any number, of every tenant. */
  readonly maxRunning?: (tenant: string) => number | null;
}

/** Begins anywhere, so that workers that start together do not all go for the same tenant. */
export function createTurns({ random }: Pick<Clock, 'random'>): Turns {
  let contestedUntilMs = -Infinity;
  const turns: Turns = {
    last: LETTERS.charAt(Math.floor(random() * LETTERS.length)),
    passedOver: false,
    rest: [],
    lastOfAll: null,
    knownUntilMs: -Infinity,
    forget: () => {
      turns.knownUntilMs = -Infinity;
    },
    lost: (nowMs) => {
      turns.rest = [];
      contestedUntilMs = nowMs + CONTESTED_MS;
    },
    isContested: (nowMs) => nowMs < contestedUntilMs,
  };
  return turns;
}

/** The heads that up to `count` claims may take from: one of each tenant, then a second of each, and so on. None: nothing that may run is queued. */
export async function nextInTurn(deps: LookDeps, count: number): Promise<Head[]> {
  const { turns, clock } = deps;
  if (clock.monotonicMs() >= turns.knownUntilMs) turns.rest = [];
  const heads = turns.rest.length > 0 ? turns.rest : await lookRound(deps, count);
  const taken: Head[] = [];
  while (taken.length < count) {
    const head = heads.shift();
    if (!head) break;
    taken.push(head);
    turns.last = head.tenant;
    head.most -= 1;
    if (head.most > 0) heads.push(head);
  }
  return taken;
}

/**
 * Once round, from the tenant after the last one to the end of the names, and from their beginning up to that tenant itself; no further than `count` tenants that may run tasks.
 * What it finds is kept if it went all the way, and no tenant has a limit, which others may reach meanwhile.
 */
async function lookRound(deps: LookDeps, count: number): Promise<Head[]> {
  const { store, turns, clock } = deps;
  const { last } = turns;
  const nowMs = clock.monotonicMs();
  const limit = turns.isContested(nowMs) ? CONTESTED_CANDIDATES : CANDIDATES;
  if (nowMs >= turns.knownUntilMs) {
    turns.lastOfAll = null;
    turns.knownUntilMs = nowMs + LOOK_MS;
  }
  turns.passedOver = false;
  const heads: Head[] = [];
  let isLimited = false;
  let after = turns.lastOfAll !== null && last >= turns.lastOfAll ? '' : last;
  let isSecondHalf = after === '';
  for (;;) {
    const candidates = [...(await store.queued(limit, { after }))];
    const tenant = candidates[0]?.tenant;
    if (tenant === undefined) {
      turns.lastOfAll = after;
      if (isSecondHalf) break;
      isSecondHalf = true;
      after = '';
      continue;
    }
    const isBehind = isSecondHalf && last !== '';
    if (isBehind && tenant > last) break;
    const room = await roomOf(deps, tenant);
    isLimited ||= room !== Infinity;
    if (room > 0) heads.push({ tenant, candidates, most: Math.min(candidates.length, room) });
    else turns.passedOver = true;
    if (isBehind && tenant === last) break;
    if (heads.length >= count) return heads;
    after = tenant;
  }
  if (!isLimited) turns.rest = heads;
  return heads;
}

/** Counted before the claims: workers that claim at the same moment may together exceed the limit by their claims. */
async function roomOf({ store, maxRunning }: LookDeps, tenant: string): Promise<number> {
  const limit = maxRunning?.(tenant) ?? null;
  if (limit === null) return Infinity;
  return limit === 0 ? 0 : limit - (await store.countIn(tenant, 'RUNNING', limit));
}
