import { runSupervised } from '../../src/engine/process/supervisor.js';

// A process that supervises a command until it is killed: `node … supervised-parent.ts wrapper-json program args…`
const [, , wrapper = '[]', program = '', ...args] = process.argv;
await runSupervised({
  program,
  args,
  wrapper: JSON.parse(wrapper) as string[],
  env: { PATH: process.env.PATH ?? '' },
  clocks: { stallMs: 60_000, quietMs: 60_000, noProgressMs: 60_000, totalMs: 60_000, maxRssBytes: 2 ** 40 },
  signal: new AbortController().signal,
});
