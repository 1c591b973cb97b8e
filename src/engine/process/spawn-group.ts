import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { RenderError } from '../../task/failure.js';
import { openInherited } from './open-inherited.js';

export interface GroupCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Starts the program, such as `setpriv --pdeathsig KILL --`; see `Toolchain.wrapper`. */
  readonly wrapper: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  /** Descriptors that the program has under the same numbers; all above 3. They stay open until it has started. */
  readonly inherit?: readonly number[];
  /** The number of the process whose descriptors `inherit` names; their files are opened anew, for reading. Default: this one. */
  readonly owner?: number;
  /** How long a start is tried while this machine has no room for another process, in milliseconds. Default: 15 s. */
  readonly patienceMs?: number;
  readonly signal: AbortSignal;
}

/** The pipes of a process beside standard error: collected standard output, and descriptor 3 for progress. */
export interface GroupPipes {
  readonly stdout: boolean;
  readonly progress: boolean;
}

/** Tools run at a lower priority than the process that serves callers. */
const NICENESS = 5;
/** How often a start is tried meanwhile. */
const RETRY_MS = 250;
const PATIENCE_MS = 15_000;
/** Out of descriptors (of the process, of the machine), of processes, of memory: all of them pass. */
const PASSING = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM']);

/**
 * Starts a program as the leader of a process group and session of its own.
 * @throws RenderError OUT_OF_PROCESSES when the machine had no room for `patienceMs`; the reason of `signal`; the system's error for any other cause.
 */
export async function spawnGroup(command: GroupCommand, pipes: GroupPipes): Promise<ChildProcess> {
  const untilMs = performance.now() + (command.patienceMs ?? PATIENCE_MS);
  for (;;) {
    command.signal.throwIfAborted();
    try {
      return await spawnOnce(command, pipes);
    } catch (error) {
      if (!PASSING.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      if (performance.now() >= untilMs) {
        const message =
          'this server has no room for another process: its limits of open files, processes or memory are reached';
        throw new RenderError('OUT_OF_PROCESSES', message, { cause: error });
      }
      await delay(RETRY_MS, undefined, { signal: command.signal }).catch(() => undefined);
    }
  }
}

async function spawnOnce(command: GroupCommand, pipes: GroupPipes): Promise<ChildProcess> {
  const { program, args, wrapper, cwd, env, inherit = [], owner } = command;
  const [file = program, ...rest] = [...wrapper, program, ...args];
  const files = openInherited(inherit, owner);
  try {
    const child = spawn(file, rest, {
      ...(cwd === undefined ? {} : { cwd }),
      env,
      detached: true,
      stdio: stdioOf(pipes, files.byNumber),
    });
    // `once` rejects with the event `error`, which comes instead of `spawn`.
    await once(child, 'spawn');
    lowerPriority(child.pid);
    return child;
  } finally {
    files.close();
  }
}

function stdioOf(pipes: GroupPipes, inherited: ReadonlyMap<number, number>): StdioOptions {
  const own = ['ignore', pipes.stdout ? 'pipe' : 'ignore', 'pipe', pipes.progress ? 'pipe' : 'ignore'] as const;
  const last = Math.max(3, ...inherited.keys());
  const rest = Array.from({ length: last - 3 }, (_, i) => inherited.get(i + 4) ?? ('ignore' as const));
  return [...own, ...rest];
}

function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, NICENESS);
    // Where the kernel groups processes by session (Debian's default) a process's own niceness counts only within its group.
    writeFileSync(`/proc/${pid}/autogroup`, String(NICENESS));
  } catch {
    // It ended already, may not be lowered, or the kernel has no groups: no reason not to run.
  }
}

/** Kills every process of the group, at once and whatever they wait for. */
export function killGroup(child: ChildProcess): void {
  // Once the leader was reaped its number may belong to another process.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/**
 * Kills what a leader that has just ended left behind in its group. To be called as soon as its end is known: the number stays that of the
 * group while any of it lives, and is given out again much later than this.
 */
export function killRest({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
