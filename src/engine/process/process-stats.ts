import { readFile } from 'node:fs/promises';

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

/** Measures a process and its descendants from /proc. Null: it is gone, or there is no /proc here. */
export async function readProcessStats(pid: number): Promise<ProcessStats | null> {
  const own = await readOne(pid);
  if (!own) return null;
  const children = await childrenOf(pid);
  const below = await Promise.all(children.map(readProcessStats));
  return below.reduce<ProcessStats>((sum, child) => (child ? add(sum, child) : sum), own);
}

function add(a: ProcessStats, b: ProcessStats): ProcessStats {
  return {
    cpuMs: a.cpuMs + b.cpuMs,
    ioBytes: a.ioBytes + b.ioBytes,
    rssBytes: a.rssBytes + b.rssBytes,
    peakRssBytes: Math.max(a.peakRssBytes, b.peakRssBytes),
  };
}

async function readOne(pid: number): Promise<ProcessStats | null> {
  const [stat, status, io] = await Promise.all(
    ['stat', 'status', 'io'].map((name) => readText(`/proc/${pid}/${name}`)),
  );
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

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readText(`/proc/${pid}/task/${pid}/children`);
  return (text ?? '')
    .split(' ')
    .map(Number)
    .filter((child) => child > 0);
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

function count(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

function kilobytes(status: string, name: string): number {
  return count(status, name) * 1024;
}
