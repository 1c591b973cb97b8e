import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const BIN = fileURLToPath(new URL('../../dist/src/cli/cutroom.js', import.meta.url));

/** A service in a process of its own, as an operator runs it. */
export interface SpawnedService {
  /** host:port */
  readonly grpc: string;
  /** Base URL. */
  readonly http: string;
  readonly pid: number;
  /** Lines of its log so far. */
  readonly log: readonly string[];
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

/**
 * Starts the built service on free ports and waits until it listens. Run `npm run build` first: `npm test` does.
 * @throws Error with its log when it ends before it listens.
 */
export async function spawnService(
  env: Record<string, string>,
  /** `stderr`: an open file in place of a pipe to this process; `openFiles`: its limit of them; `umask`: such as `000`. */
  options: { readonly stderr?: number; readonly openFiles?: number; readonly umask?: string } = {},
): Promise<SpawnedService> {
  if (!existsSync(BIN)) throw new Error('the service is not built: run npm run build');
  const limit =
    options.openFiles === undefined ? [] : ['prlimit', `--nofile=${options.openFiles}:${options.openFiles}`];
  const umask = options.umask === undefined ? [] : ['sh', '-c', `umask ${options.umask} && exec "$@"`, 'sh'];
  const args = [...umask, ...limit, process.execPath, BIN, 'serve'];
  const child = spawn(args[0]!, args.slice(1), {
    env: {
      ...ofOthers(process.env),
      MONGODB_URI: '',
      CUTROOM_GRPC_ADDRESS: '127.0.0.1:0',
      CUTROOM_HTTP_ADDRESS: '127.0.0.1:0',
      CUTROOM_LOG_LEVEL: 'debug',
      ...env,
    },
    stdio: ['ignore', 'pipe', options.stderr ?? 'pipe'],
  });
  const log: string[] = [];
  if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const stdout: string[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line));
  const exited = once(child, 'exit');
  // A test that fails half-way must not leave a server behind.
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  void exited.then(() => process.removeListener('exit', reap));

  const line = await eventually(
    'the service listens',
    () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the service ended:\n${log.join('\n')}`);
      return stdout.find((l) => l.includes('"listening"'));
    },
    30_000,
  );
  const { grpc, http } = JSON.parse(line) as { grpc: string; http: string };
  return { grpc, http: `http://${http}`, pid: child.pid!, log, ...endings(child, exited) };
}

/** Without our own variables: those of the tests are no settings of a service. */
function ofOthers(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('CUTROOM_')));
}

function endings(child: ChildProcess, exited: Promise<unknown>): Pick<SpawnedService, 'stop' | 'kill' | 'signal'> {
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  return {
    stop: async () => {
      await end('SIGTERM');
      return child.exitCode;
    },
    kill: () => end('SIGKILL'),
    signal: (name) => {
      child.kill(name);
    },
  };
}
