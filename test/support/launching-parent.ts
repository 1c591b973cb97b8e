import { createLauncher } from '../../src/engine/process/launcher.js';
import { eventually } from './eventually.js';

// Runs a program by a launcher: `node … launching-parent.ts program args…`. Prints the numbers of their processes, and ends when nothing keeps it.
const [, , program = '', ...args] = process.argv;
const launcher = createLauncher();
const pid = await eventually('the launcher is ready', () => launcher.pid(), 30_000);
await launcher.supervise({
  program,
  args,
  wrapper: [],
  env: { PATH: process.env.PATH ?? '' },
  clocks: { stallMs: 60_000, quietMs: 60_000, noProgressMs: 60_000, totalMs: 60_000, maxRssBytes: 2 ** 40 },
  signal: new AbortController().signal,
  onStart: (started) => {
    process.stdout.write(`${JSON.stringify({ pid: started, launcher: pid })}\n`);
  },
});
