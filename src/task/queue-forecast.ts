/** Where a queued task stands, by a recent look at the queue. */
export interface QueuePlace {
  /** 1: it is next. */
  readonly position: number;
  /** When a worker takes it if tasks go on to be taken at the present pace; null before that is known. */
  readonly estimatedStartTimeMs: number | null;
}

/** Tells places from looks at the queue. */
export interface QueueForecast {
  /** Takes the ranks of the queue's head, lowest first. @param isWhole whether there are no more. */
  readonly look: (ranks: readonly number[], options: { isWhole: boolean; nowMs: number }) => void;
  /** Of a queued task. Null before the first look. */
  readonly placeOf: (rank: number) => QueuePlace | null;
}

/** The pace is that of so long. */
const WINDOW_MS = 600_000;

/** Tasks that left the queue between two looks. */
interface Departures {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly count: number;
}

/** Pure but for what it remembers of earlier looks. */
export function createQueueForecast(): QueueForecast {
  let last: { readonly ranks: readonly number[]; readonly isWhole: boolean; readonly atMs: number } | null = null;
  let departures: readonly Departures[] = [];

  /** Null before any task was seen to leave. */
  function msPerTask(nowMs: number): number | null {
    const [first] = departures;
    const count = departures.reduce((sum, one) => sum + one.count, 0);
    return first && count > 0 ? (nowMs - first.sinceMs) / count : null;
  }

  return {
    look(ranks, { isWhole, nowMs }) {
      if (last && nowMs > last.atMs) {
        const count = countLeft(last, { ranks, isWhole });
        // All have left, perhaps long ago: how fast the queue moves when there is one is not known any more.
        const isEmptied = count === last.ranks.length;
        const recent = departures.filter(({ untilMs }) => untilMs > nowMs - WINDOW_MS);
        departures = isEmptied ? [] : [...recent, { sinceMs: last.atMs, untilMs: nowMs, count }];
      }
      last = { ranks, isWhole, atMs: nowMs };
    },
    placeOf(rank) {
      if (!last) return null;
      const ahead = lowerBound(last.ranks, rank);
      const pace = msPerTask(last.atMs);
      return {
        position: ahead + 1,
        estimatedStartTimeMs: pace === null ? null : Math.round(last.atMs + (ahead + 1) * pace),
      };
    },
  };
}

/**
 * The place of a task in the whole queue, when tenants take turns: before it come as many tasks of each other tenant as rounds, and in its own round
 * half of those tenants, since nobody knows where the round stands.
 * @param own its place within its tenant's queue, from 1.
 * @param others how many queued tasks each other tenant has.
 */
export function placeInRounds(own: number, others: readonly number[]): number {
  const before = others.reduce((sum, queued) => sum + Math.min(queued, own - 1), 0);
  return own + before + Math.floor(others.filter((queued) => queued >= own).length / 2);
}

/** How many of `before` are not in `after`, as far as both looks reach. */
function countLeft(
  before: { readonly ranks: readonly number[] },
  after: { readonly ranks: readonly number[]; readonly isWhole: boolean },
): number {
  const reach = after.isWhole ? Infinity : (after.ranks.at(-1) ?? -Infinity);
  let left = 0;
  let next = 0;
  for (const rank of before.ranks) {
    // Of tasks of one rank at the end of the later look some may lie beyond it.
    if (rank >= reach) break;
    while ((after.ranks[next] ?? Infinity) < rank) next += 1;
    if (after.ranks[next] === rank) next += 1;
    else left += 1;
  }
  return left;
}

/** How many of the sorted numbers are lower. */
function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
