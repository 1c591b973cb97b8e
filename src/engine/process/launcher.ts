import { existsSync } from 'node:fs';
import { startLauncherProcess, type LauncherProcess } from './launcher-process.js';
import { runSupervised, type Supervise } from './supervisor.js';

/** Starts programs from a small process of its own, so that no start holds up this one: a fork blocks its process for longer the more memory that has. */
export interface Launcher {
  /**
   * As `runSupervised`; by that in this process until the other is ready, and where it cannot be, as without /proc.
   * @throws RenderError RENDER_FAILED when the other process ends while it runs the program. Another is started then.
   */
  readonly supervise: Supervise;
  /** The process that starts programs now; null: this one. */
  pid(): number | null;
  /** Ends the other process and the programs that it runs. Later ones run in this process. */
  close(): void;
}

export interface LauncherOptions {
  readonly log?: { warn(fields: object, message: string): void };
  /** How often the other process says that it is alive, in milliseconds. Default: 5 s. */
  readonly aliveMs?: number;
}

/** After a launcher that was of no use. */
const RETRY_MS = 60_000;

/** Starts a launcher at once. It ends with this process, and does not keep it alive. */
export function createLauncher({ log, aliveMs }: LauncherOptions = {}): Launcher {
  let current: LauncherProcess | null = null;
  // Without /proc a launcher has no way to the open files of this process.
  let retryAtMs = existsSync('/proc/self/fd') ? 0 : Infinity;
  let isClosed = false;

  function ensure(): LauncherProcess | null {
    if (current || isClosed || performance.now() < retryAtMs) return current;
    try {
      current = startLauncherProcess(({ wasReady, how }) => {
        current = null;
        if (!wasReady) retryAtMs = performance.now() + RETRY_MS;
        if (!isClosed) log?.warn({ how }, 'the launcher of tools ended');
      }, aliveMs);
    } catch (error) {
      retryAtMs = performance.now() + RETRY_MS;
      log?.warn({ how: String(error) }, 'the launcher of tools did not start');
    }
    return current;
  }

  ensure();
  return {
    supervise(command) {
      const launcher = ensure();
      return launcher?.isReady() ? launcher.run(command) : runSupervised(command);
    },
    pid: () => (current?.isReady() ? current.pid : null),
    close() {
      isClosed = true;
      current?.close();
    },
  };
}
