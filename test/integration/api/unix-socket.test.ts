import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../support/foreign-client.js';
import { cli } from '../../unit/cli/cli-harness.js';
import { startApiUnderTest } from './api-under-test.js';

let folder: string;
let socket: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-socket-'));
  socket = join(folder, 'cutroom.sock');
});
afterEach(() => rm(folder, { recursive: true }));

const SUBMIT = { spec: { montage: { materials: [{ uri: 'a.mp4' }] } } };

interface Answer {
  readonly status: number | undefined;
  readonly body: Record<string, unknown>;
}

/** A request over a Unix socket. */
async function ask(
  socketPath: string,
  path: string,
  { body, ...options }: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const headers = { host: 'localhost', 'content-type': 'application/json', ...options.headers };
  const sent = request({ socketPath, path, method: 'GET', ...options, headers });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, body: (await json(answer)) as Record<string, unknown> };
}

/** A socket whose process was killed. */
async function leaveStale(): Promise<void> {
  const program = `require('net').createServer().listen(${JSON.stringify(socket)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('a service with a Unix socket', () => {
  it('serves gRPC on it, for its user and group, and removes it at the end', async () => {
    const umask = process.umask(0);
    const under = await startApiUnderTest({ socket }).finally(() => process.umask(umask));
    try {
      const info = await stat(socket);
      expect([info.isSocket(), info.mode & 0o777]).toEqual([true, 0o660]);
      expect(await readdir(folder)).toEqual(['cutroom.sock']);
      for (const address of [`unix:${socket}`, under.grpcAddress]) {
        const client = connect(address);
        expect(await client.call('SubmitTask', SUBMIT)).toMatchObject({ state: 'QUEUED' });
        client.close();
      }
    } finally {
      await under.stop();
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('is called by the CLI, with the address in either form', async () => {
    const under = await startApiUnderTest({ socket });
    try {
      for (const address of [`unix:${socket}`, `unix://${socket}`])
        expect(await cli(['--address', address, 'list'])).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await cli(['list'], { env: { CUTROOM_GRPC_ADDRESS: `unix:${socket}` } })).toMatchObject({ exitCode: 0 });
    } finally {
      await under.stop();
    }
  });

  it('serves HTTP on one, and calls its peer by no address', async () => {
    const httpSocket = join(folder, 'http.sock');
    const under = await startApiUnderTest({ socket, httpSocket });
    try {
      expect((await stat(httpSocket)).mode & 0o777).toBe(0o660);
      const submitted = await ask(httpSocket, '/v1/tasks', { method: 'POST', body: JSON.stringify(SUBMIT) });
      expect(submitted).toMatchObject({ status: 200, body: { state: 'QUEUED' } });
      const listed = await fetch(`${under.httpUrl}/v1/tasks`);
      expect(await listed.json()).toMatchObject({ tasks: [{ name: submitted.body.name }] });
      expect(under.log).toContainEqual(expect.objectContaining({ peer: 'unix' }));
      // A foreign page has no way to a socket, but a proxy in front of one may pass its requests on.
      expect(await ask(httpSocket, '/v1/tasks', { headers: { host: 'evil.example' } })).toMatchObject({ status: 421 });
    } finally {
      await under.stop();
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves nothing behind when the second socket cannot be made', async () => {
    await writeFile(join(folder, 'taken'), 'a file');
    const start = startApiUnderTest({ socket, httpSocket: join(folder, 'taken') });
    await expect(start).rejects.toThrow('remove it, or set CUTROOM_HTTP_SOCKET to another path');
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it('replaces the socket of a dead process', async () => {
    await leaveStale();
    expect(await readdir(folder)).toEqual(['cutroom.sock']);
    const under = await startApiUnderTest({ socket });
    const client = connect(`unix:${socket}`);
    expect(await client.call('SubmitTask', SUBMIT)).toMatchObject({ state: 'QUEUED' });
    client.close();
    await under.stop();
  });

  it('does not start on the socket of a live one, which goes on', async () => {
    const under = await startApiUnderTest({ socket });
    await expect(startApiUnderTest({ socket })).rejects.toThrow(
      `the socket ${socket} is in use by another server: stop that one, or set CUTROOM_SOCKET to another path`,
    );
    const client = connect(`unix:${socket}`);
    expect(await client.call('SubmitTask', SUBMIT)).toMatchObject({ state: 'QUEUED' });
    client.close();
    await under.stop();
  });

  it('does not start in the place of another file, or where none can be made', async () => {
    await writeFile(socket, 'a file');
    await expect(startApiUnderTest({ socket })).rejects.toThrow('is another kind of file');
    expect(await readdir(folder)).toEqual(['cutroom.sock']);
    await expect(startApiUnderTest({ socket: join(folder, 'no', 'such') })).rejects.toThrow('cannot be made (ENOENT)');
    await expect(startApiUnderTest({ socket: join(folder, 'x'.repeat(100)) })).rejects.toThrow('too long a path');
  });
});
