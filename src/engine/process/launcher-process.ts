import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RenderError } from '../../task/failure.js';
import { toolEnv } from '../toolchain.js';
import type { LauncherOrder, LauncherReport, SentCommand } from './launcher-protocol.js';
import { listenForLife } from './listen-for-life.js';
import { loaderOptions } from './loader-options.js';
import { unpackError } from './sent-error.js';
import type { Supervise, SupervisedCommand, SupervisedResult } from './supervisor.js';

/** One process that runs programs for this one. */
export interface LauncherProcess {
  readonly pid: number | null;
  /** Whether it takes commands. */
  isReady(): boolean;
  /**
   * As `runSupervised`. Keeps this process alive meanwhile.
   * @throws RenderError RENDER_FAILED when the other process ends; the program is dead then.
   */
  readonly run: Supervise;
  /** Ends it and the programs that it runs. */
  close(): void;
}

interface Run {
  readonly command: SupervisedCommand;
  readonly stdout: Buffer[];
  pid: number | null;
  readonly resolve: (result: SupervisedResult) => void;
  readonly reject: (error: Error) => void;
}

/** In the sources, which tests run, the program lies beside this file as TypeScript. */
const PROGRAM = fileURLToPath(new URL(`./launcher-program${path.extname(import.meta.url)}`, import.meta.url));
/** How often it says that it is alive while it runs something. */
const ALIVE_MS = 5_000;
/** The smaller it is, the less the kernel copies for each start. */
const SMALL = ['--max-semi-space-size=1', '--max-old-space-size=64'];

/**
 * Starts the process, which ends with this one. It keeps this one alive only while it runs something, and is killed when it is silent for a minute meanwhile: its clocks stand still then.
 * @param onEnd called when it has ended, or could not be started.
 * @param aliveMs how often it says that it is alive. Default: 5 s.
 */
export function startLauncherProcess(
  onEnd: (end: { readonly wasReady: boolean; readonly how: string }) => void,
  aliveMs = ALIVE_MS,
): LauncherProcess {
  const child = fork(PROGRAM, [String(process.pid), String(aliveMs)], {
    execArgv: [...loaderOptions(process.execArgv), ...SMALL],
    // One arena: several would keep what each has freed.
    env: { ...toolEnv(), MALLOC_ARENA_MAX: '1' },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Out of reach of the keys of a terminal.
    detached: true,
  });
  const runs = new Map<number, Run>();
  let lastId = 0;
  let isReady = false;
  const life = listenForLife(() => child.kill('SIGKILL'), aliveMs);

  child.on('message', (report: LauncherReport) => {
    life.heard();
    if (report.kind === 'alive') return;
    if (report.kind === 'ready') isReady = true;
    else receive(report, runs.get(report.id));
  });
  const end = (how: string) => {
    const wasReady = isReady;
    isReady = false;
    life.stop();
    child.removeAllListeners().on('error', () => undefined);
    // After an error it may live: it ends with the channel.
    if (child.connected) child.disconnect();
    for (const run of runs.values()) failWithLauncher(run, how);
    onEnd({ wasReady, how });
  };
  child.once('exit', (code, signal) => {
    end(signal ?? `code ${code ?? -1}`);
  });
  child.once('error', (error) => {
    end(error.message);
  });
  release(child);

  const send = (order: LauncherOrder) => {
    // Where it is not taken, the process has ended: its end fails the run.
    child.send(order, () => undefined);
  };
  return {
    pid: child.pid ?? null,
    isReady: () => isReady && child.connected,
    async run(command) {
      command.signal.throwIfAborted();
      const id = (lastId += 1);
      const abort = () => {
        send({ kind: 'abort', id });
      };
      command.signal.addEventListener('abort', abort, { once: true });
      try {
        const result = new Promise<SupervisedResult>((resolve, reject) => {
          runs.set(id, { command, stdout: [], pid: null, resolve, reject });
        });
        hold(child);
        life.start();
        send({ kind: 'run', id, command: sentCommand(command) });
        return await result;
      } finally {
        runs.delete(id);
        if (runs.size === 0) {
          release(child);
          life.stop();
        }
        command.signal.removeEventListener('abort', abort);
        command.signal.throwIfAborted();
      }
    },
    close() {
      if (child.connected) child.disconnect();
    },
  };
}

function hold(child: ChildProcess): void {
  child.channel?.ref();
}

function release(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

/** These stay here: a channel carries no functions and no signals. */
const KEPT: ReadonlySet<string> = new Set([
  'signal',
  'onStart',
  'onProgress',
  'onStderr',
] satisfies (keyof SupervisedCommand)[]);

function sentCommand(command: SupervisedCommand): SentCommand {
  const sent = Object.entries(command).filter(([name]) => !KEPT.has(name));
  return {
    ...(Object.fromEntries(sent) as Omit<SentCommand, 'wantsProgress' | 'wantsStderr'>),
    cwd: command.cwd ?? process.cwd(),
    wantsProgress: command.onProgress !== undefined,
    wantsStderr: command.onStderr !== undefined,
  };
}

function receive(report: Exclude<LauncherReport, { kind: 'ready' | 'alive' }>, run: Run | undefined): void {
  if (!run) return;
  switch (report.kind) {
    case 'started':
      run.pid = report.pid;
      run.command.onStart?.(report.pid);
      return;
    case 'progress':
      run.command.onProgress?.(report.block);
      return;
    case 'stderr':
      run.command.onStderr?.(report.chunk);
      return;
    case 'stdout':
      run.stdout.push(report.chunk);
      return;
    case 'ended':
      run.resolve({ ...report.result, stdout: Buffer.concat(run.stdout) });
      return;
    case 'failed':
      run.reject(unpackError(report.error));
      return;
  }
}

/** The launcher's end kills its programs, where the cage has that protection; here those that it had no time for. */
function failWithLauncher({ pid, reject }: Run, how: string): void {
  if (pid !== null) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It is dead.
    }
  }
  const message = `the process that supervises tools ended (${how})`;
  reject(new RenderError('RENDER_FAILED', message, { cause: KILLED }));
}

/** How a program ends that dies with its launcher: killed from outside, so that its step is repeated. */
const KILLED: SupervisedResult = {
  exitCode: null,
  signal: 'SIGKILL',
  firedClock: null,
  stdoutOverflow: false,
  stdout: Buffer.alloc(0),
  stderrTail: '',
  peakRssBytes: 0,
  cpuMs: 0,
};
