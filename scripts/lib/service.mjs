import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './root.mjs';
import { which } from './run.mjs';

/** Where the built CLI is. */
export const cutroom = join(root, 'dist/src/cli/cutroom.js');

const READY_MS = 20_000;
const STOP_MS = 15_000;

/**
 * Starts the built service on free ports of this machine and answers when it listens. Its log goes to `logFile`.
 * @param {{env: NodeJS.ProcessEnv, logFile: string, prefix?: readonly string[]}} options `prefix`: a command that runs it, such as `taskset`; it must become the service by exec
 */
export async function startService({ env, logFile, prefix = [] }) {
  await mkdir(dirname(logFile), { recursive: true });
  const log = await open(logFile, 'w');
  const command = [...prefix, process.execPath, cutroom, 'serve'];
  // Should this script be killed, the service must not stay behind.
  if (which('setpriv') !== null) command.unshift('setpriv', '--pdeathsig', 'KILL', '--');
  const child = spawn(command[0], command.slice(1), {
    env: {
      ...withoutTestTools(process.env),
      MONGODB_URI: '',
      CUTROOM_GRPC_ADDRESS: '127.0.0.1:0',
      CUTROOM_HTTP_ADDRESS: '127.0.0.1:0',
      ...env,
    },
    // Ctrl-C is for this script, which then stops the service.
    detached: true,
    stdio: ['ignore', 'pipe', log.fd],
  });
  await log.close();
  const exited = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  try {
    const { grpc, http } = await listening(child, exited);
    return { grpc, http, pid: child.pid, stop: () => stop(child, exited) };
  } catch (error) {
    await stop(child, exited);
    throw new Error(`${error.message}\n${(await readFile(logFile, 'utf8')).slice(-4000)}`, { cause: error });
  }
}

/** Variables that name programs for tests are none of the service's, which refuses names that it does not know. */
function withoutTestTools(env) {
  const names = ['CUTROOM_MONGOD', 'CUTROOM_NEWER_FFMPEG', 'CUTROOM_NEWER_FFPROBE'];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

/** The one line that the service prints when it is ready. */
async function listening(child, exited) {
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, 'line', { signal: AbortSignal.timeout(READY_MS) }).then(([text]) => text),
    exited.then(() => null),
  ]);
  if (line === null) throw new Error('the service did not start');
  const event = JSON.parse(line);
  if (event.event !== 'listening') throw new Error(`the service said ${line}`);
  return event;
}

async function stop(child, exited) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(timer);
}
