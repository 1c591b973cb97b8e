/** What a server process uses: CPU time by /proc, and heap by `heap-probe.mjs`. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PROBE = join(import.meta.dirname, 'heap-probe.mjs');
const GC_MS = 30_000;

/** The environment of a Node process whose heap can be asked for. */
export function probedEnv(heapFile) {
  return { NODE_OPTIONS: `--expose-gc --import ${PROBE}`, HEAP_FILE: heapFile };
}

/** CPU time of a process so far, in milliseconds. */
export function cpuMsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ');
  // utime and stime, in ticks of 10 ms.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Bytes of live objects on the heap of a process that was started with `probedEnv`. */
export async function heapOf(pid, heapFile) {
  rmSync(heapFile, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (const sinceMs = performance.now(); performance.now() - sinceMs < GC_MS;) {
    const text = read(heapFile);
    if (text !== null) return Number(text);
    await delay(10);
  }
  throw new Error(`process ${pid} did not tell the size of its heap`);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
