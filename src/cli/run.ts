import { runCli } from './program.js';

const interrupt = new AbortController();
// `serve` has its own way to stop, by the same signal.
if (process.argv[2] !== 'serve') {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Once: the second one ends the process at once, and ffmpeg with it.
    process.once(signal, () => {
      interrupt.abort(new Error('interrupted'));
    });
  }
}
// The reader of a pipe (`| head`) may leave before us: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  signal: interrupt.signal,
});
