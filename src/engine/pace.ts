/** Frames that were rendered, and the length of their video. */
export interface Made {
  readonly frames: number;
  readonly outTimeUs: number;
}

/** How fast the commands of an attempt render together. */
export interface Pace {
  readonly framesPerMs: number;
  /** Seconds of video per second. */
  readonly speed: number;
}

/** Measures the pace of all commands of an attempt. */
export interface PaceMeter {
  /**
   * Takes the sums over all commands so far.
   * @param tookMs how long the command that reports has run; null: it does not say.
   */
  readonly note: (made: Made, tookMs: number | null) => void;
  /** Null before it is known. */
  readonly pace: () => Pace | null;
}

/** The pace is that of the last so many milliseconds: a machine that gets busier, or a part that is harder to render, shows before long. */
const WINDOW_MS = 30_000;
/** How far apart the points in time lie that the window may begin at. */
const GRAIN_MS = 1_000;

/** Reports that lie closer together say nothing of a pace. */
const LEAST_MS = 100;

/** @param nowMs milliseconds that never go back. */
export function createPaceMeter(nowMs: () => number): PaceMeter {
  const points: (Made & { readonly atMs: number })[] = [];
  let newest: (Made & { readonly atMs: number }) | null = null;
  return {
    note(made, tookMs) {
      const atMs = nowMs();
      // The first report comes when the command has run for some time.
      if (points.length === 0) points.push({ frames: 0, outTimeUs: 0, atMs: atMs - (tookMs ?? 0) });
      newest = { ...made, atMs };
      if (atMs - (points.at(-1)?.atMs ?? 0) >= GRAIN_MS) points.push(newest);
      while (points.length > 2 && (points[1]?.atMs ?? atMs) <= atMs - WINDOW_MS) points.shift();
    },
    pace() {
      const [oldest] = points;
      if (!oldest || !newest) return null;
      const elapsedMs = newest.atMs - oldest.atMs;
      if (elapsedMs < LEAST_MS || newest.frames <= oldest.frames) return null;
      return {
        framesPerMs: (newest.frames - oldest.frames) / elapsedMs,
        speed: (newest.outTimeUs - oldest.outTimeUs) / 1_000 / elapsedMs,
      };
    },
  };
}
