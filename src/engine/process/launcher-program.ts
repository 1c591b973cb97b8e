import { readdirSync, readlinkSync } from 'node:fs';
import type { LauncherOrder, LauncherReport, SentCommand } from './launcher-protocol.js';
import { packError } from './sent-error.js';
import { runSupervised } from './supervisor.js';

/**
 * The program of the launcher: `node launcher-program.js PID MS`, with a channel to the process PID, whose descriptors its tools inherit. While it
 * runs some, it says every MS milliseconds that it is alive. It ends when the channel does, and kills its tools before. A signal to all of a service's processes is for the service, which lets its renders end.
 */
const [owner, aliveMs] = process.argv.slice(2).map(Number) as [number, number];
/** A message of this size keeps neither side from its other work for long. */
const CHUNK_BYTES = 256 * 1024;
/** After the channel has closed; the kernel kills what is left when this process ends. */
const GIVE_UP_MS = 2_000;

const running = new Map<number, AbortController>();

process.on('message', (order: LauncherOrder) => {
  if (order.kind === 'abort') running.get(order.id)?.abort();
  else void run(order.id, order.command);
});
process.once('disconnect', () => {
  for (const stop of running.values()) stop.abort();
  setTimeout(() => process.exit(), GIVE_UP_MS).unref();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

requireDescriptorsOf(owner);
report({ kind: 'ready' });
setInterval(() => {
  if (running.size > 0) report({ kind: 'alive' });
}, aliveMs).unref();

async function run(id: number, { wantsProgress, wantsStderr, ...command }: SentCommand): Promise<void> {
  const stop = new AbortController();
  running.set(id, stop);
  try {
    const { stdout, ...result } = await runSupervised({
      ...command,
      owner,
      signal: stop.signal,
      onStart: (pid) => {
        report({ kind: 'started', id, pid });
      },
      ...(wantsProgress && {
        onProgress: (block) => {
          report({ kind: 'progress', id, block });
        },
      }),
      ...(wantsStderr && {
        onStderr: (chunk) => {
          report({ kind: 'stderr', id, chunk });
        },
      }),
    });
    for (let at = 0; at < stdout.length; at += CHUNK_BYTES)
      report({ kind: 'stdout', id, chunk: stdout.subarray(at, at + CHUNK_BYTES) });
    report({ kind: 'ended', id, result });
  } catch (error) {
    report({ kind: 'failed', id, error: packError(error) });
  } finally {
    running.delete(id);
  }
}

/** A report that is not taken was for a process that has ended. */
function report(content: LauncherReport): void {
  process.send?.(content, undefined, undefined, () => undefined);
}

/** @throws the system's error where descriptors of another process cannot be opened, as without /proc: this program is of no use then. */
function requireDescriptorsOf(pid: number): void {
  const [first = '0'] = readdirSync(`/proc/${pid}/fd`);
  readlinkSync(`/proc/${pid}/fd/${first}`);
}
