/** One report of `ffmpeg -progress`. Null: ffmpeg did not know (it writes N/A, or a negative number). */
export interface ProgressBlock {
  readonly frame: number | null;
  readonly outTimeUs: number | null;
  readonly totalBytes: number | null;
  /** Seconds of media per second. */
  readonly speed: number | null;
  /** The last report of this run. */
  readonly ended: boolean;
}

/** Longest line kept: anything longer is not from ffmpeg's progress writer. */
const MAX_LINE = 4_096;

/** Reads `-progress` output, which may be cut anywhere. Each block ends with a `progress=` line. */
export function createProgressParser(onBlock: (block: ProgressBlock) => void): (chunk: Buffer) => void {
  let rest = '';
  let values = new Map<string, string>();
  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = (lines.pop() ?? '').slice(-MAX_LINE);
    for (const line of lines) {
      const split = line.indexOf('=');
      if (split < 0) continue;
      const key = line.slice(0, split).trim();
      const value = line.slice(split + 1).trim();
      values.set(key, value);
      if (key !== 'progress') continue;
      onBlock(toBlock(values));
      values = new Map();
    }
  };
}

function toBlock(values: ReadonlyMap<string, string>): ProgressBlock {
  return {
    frame: number(values.get('frame')),
    outTimeUs: number(values.get('out_time_us')),
    totalBytes: number(values.get('total_size')),
    speed: number(values.get('speed')?.replace(/x$/, '')),
    ended: values.get('progress') === 'end',
  };
}

function number(text: string | undefined): number | null {
  const value = text === undefined || text === '' ? NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : null;
}
