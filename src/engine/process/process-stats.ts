import { readdirSync, readFileSync } from 'node:fs';

/** What a process and its descendants have used so far. */
export interface ProcessStats {
  readonly cpuMs: number;
  /** Bytes that went through read and write calls, pipes included. */
  readonly ioBytes: number;
  readonly rssBytes: number;
  /** The most memory that the process itself ever held. */
  readonly peakRssBytes: number;
}

/** Linux reports CPU time to user space in hundredths of a second on every architecture. */
const MS_PER_TICK = 10;

/**
 * Measures a process and its descendants from /proc, within a tenth of a millisecond: such files are memory of the kernel, and to read one by a thread of the pool takes eight times as
 * much CPU time. Null: it is gone, or there is no /proc here.
 */
export function readProcessStats(pid: number): ProcessStats | null {
  const own = readOne(pid);
  if (!own) return null;
  const below = childrenOf(pid).map(readProcessStats);
  return below.reduce<ProcessStats>((sum, child) => (child ? add(sum, child) : sum), own);
}

/** Whether a thread of a process or of its descendants runs, or would run if it had a processor: then it does not hang, however little a busy machine lets it do. */
export function hasRunnableThread(pid: number): boolean {
  return threadsOf(pid).some((thread) => isRunnable(pid, thread)) || childrenOf(pid).some(hasRunnableThread);
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function isRunnable(pid: number, thread: string): boolean {
  const stat = readText(`/proc/${pid}/task/${thread}/stat`);
  return stat !== null && stat.slice(stat.lastIndexOf(')') + 2).startsWith('R');
}

function add(a: ProcessStats, b: ProcessStats): ProcessStats {
  return {
    cpuMs: a.cpuMs + b.cpuMs,
    ioBytes: a.ioBytes + b.ioBytes,
    rssBytes: a.rssBytes + b.rssBytes,
    peakRssBytes: Math.max(a.peakRssBytes, b.peakRssBytes),
  };
}

function readOne(pid: number): ProcessStats | null {
  const [stat, status, io] = ['stat', 'status', 'io'].map((name) => readText(`/proc/${pid}/${name}`));
  if (!stat || !status) return null;
  // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const rssBytes = kilobytes(status, 'VmRSS');
  return {
    cpuMs: ticks * MS_PER_TICK,
    ioBytes: count(io ?? '', 'rchar') + count(io ?? '', 'wchar'),
    rssBytes,
    peakRssBytes: Math.max(rssBytes, kilobytes(status, 'VmHWM')),
  };
}

function childrenOf(pid: number): number[] {
  const text = readText(`/proc/${pid}/task/${pid}/children`);
  return (text ?? '')
    .split(' ')
    .map(Number)
    .filter((child) => child > 0);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function count(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

function kilobytes(status: string, name: string): number {
  return count(status, name) * 1024;
}
