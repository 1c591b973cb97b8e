import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../dist/src/cli/cutroom.js');
const run = promisify(execFile);
let folder: string;
let other: Server;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-failed-start-'));
  other = createServer((socket) => socket.destroy());
});
afterEach(async () => {
  other.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a service that cannot start. @returns its end. */
async function failedStart(env: Record<string, string>): Promise<{ code: unknown; stderr: string }> {
  const all = {
    ...process.env,
    CUTROOM_DATA_DIR: join(folder, 'data'),
    CUTROOM_GRPC_ADDRESS: '127.0.0.1:0',
    CUTROOM_HTTP_ADDRESS: '127.0.0.1:0',
    CUTROOM_LOG_LEVEL: 'silent',
    ...env,
  };
  return run(process.execPath, [PROGRAM, 'serve'], { cwd: folder, env: all, timeout: 30_000 }).then(
    () => ({ code: 0, stderr: '' }),
    (error: unknown) => error as { code: unknown; stderr: string },
  );
}

const listen = (on: string | number) =>
  new Promise<void>((resolve) => {
    other.listen(on, resolve);
  });

it('a service whose socket is that of another ends with 1, and says what to do', async () => {
  const socket = join(folder, 'cutroom.sock');
  await listen(socket);
  const { code, stderr } = await failedStart({ CUTROOM_SOCKET: socket });
  expect([code, stderr]).toEqual([1, expect.stringContaining('is in use by another server: stop that one')]);
});

it('a service whose gRPC port is taken ends with 1', async () => {
  await listen(0);
  const { port } = other.address() as { port: number };
  expect(await failedStart({ CUTROOM_GRPC_ADDRESS: `127.0.0.1:${port}` })).toMatchObject({ code: 1 });
});
