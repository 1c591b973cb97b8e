/** Run with few descriptors: starts a program while none is left, then while they are given back. Prints what became of both. */
import { closeSync, openSync } from 'node:fs';
import { runSupervised } from '../../src/engine/process/supervisor.js';
import { RenderError } from '../../src/task/failure.js';

const CLOCKS = { stallMs: 60_000, quietMs: 60_000, noProgressMs: 60_000, totalMs: 60_000, maxRssBytes: 1e9 };
const start = (patienceMs: number) =>
  runSupervised({
    program: 'true',
    args: [],
    wrapper: [],
    env: { PATH: process.env.PATH ?? '' },
    clocks: CLOCKS,
    patienceMs,
    signal: new AbortController().signal,
  });

const taken: number[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  // Now there are none.
}
const starved = await start(1_000).then(
  () => 'started',
  (error: unknown) => (error instanceof RenderError ? error.failure.reason : String(error)),
);
const waiting = start(60_000);
// It has tried once, and waits.
await new Promise((resolve) => setImmediate(resolve));
for (const fd of taken) closeSync(fd);
const relieved = (await waiting).exitCode;
process.stdout.write(JSON.stringify({ starved, relieved }));
