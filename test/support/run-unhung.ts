import { execFile, type ExecFileOptions } from 'node:child_process';
import { promisify } from 'node:util';
import { underLoad } from './load.js';

const run = promisify(execFile);

/** These commands take seconds. */
const HUNG_MS = 60_000;

/**
 * Runs ffmpeg, and once more when it hangs: ffmpeg 9.0.2 does so with large graphs of several inputs, about once in two hundred commands, with all of its threads waiting for each other.
 * The service's watchdog kills such a command, and it is done again; a bench that starts ffmpeg by itself has this.
 */
export async function runUnhung(file: string, args: readonly string[], options: ExecFileOptions = {}): Promise<Buffer> {
  const bounded = {
    ...options,
    encoding: 'buffer',
    timeout: Math.ceil(underLoad(HUNG_MS)),
    killSignal: 'SIGKILL',
  } as const;
  const once = async () => (await run(file, args, bounded)).stdout;
  try {
    return await once();
  } catch (error) {
    if (!(error as { killed?: boolean }).killed) throw error;
    process.stderr.write('ffmpeg hung in a test bench, and is started once more\n');
    return once();
  }
}
