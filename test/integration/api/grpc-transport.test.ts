import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RenderError } from '../../../src/task/failure.js';
import { claimed, failed } from '../../../src/task/lifecycle.js';
import { healthOf } from '../../support/health.js';
import { eventually } from '../../support/eventually.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';
import { connect, failureOf, type ForeignClient } from '../../support/foreign-client.js';

const run = promisify(execFile);
const repository = join(import.meta.dirname, '../../..');

/** `buf curl` knows the server by reflection alone. */
async function bufCurl(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const buf = join(repository, 'node_modules/.bin/buf');
  return run(buf, ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...args], {
    cwd: import.meta.dirname,
  }).catch((error: unknown) => error as { stdout: string; stderr: string });
}

let under: ApiUnderTest;
let client: ForeignClient;

beforeAll(async () => {
  under = await startApiUnderTest();
  client = connect(under.grpcAddress);
});

afterAll(async () => {
  client.close();
  await under.stop();
});

const montage = (fields: Record<string, unknown> = {}) => ({
  spec: { montage: { materials: [{ uri: 'a.mp4' }], ...fields } },
});

describe('a client without the protos', () => {
  it.each(['grpc-v1', 'grpc-v1alpha'])('lists services and methods by reflection %s', async (protocol) => {
    const { stdout } = await bufCurl('--reflect-protocol', protocol, '--list-methods', `http://${under.grpcAddress}`);
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'cutroom.v1.TaskService/SubmitTask',
        'cutroom.v1.TaskService/WatchTask',
        'grpc.health.v1.Health/Check',
      ]),
    );
    expect(stdout).toContain(`grpc.reflection.${protocol.slice('grpc-'.length)}.ServerReflection/`);
  });

  it('submits, and reads every field at fault of a bad submit', async () => {
    const url = `http://${under.grpcAddress}/cutroom.v1.TaskService/SubmitTask`;
    const good = await bufCurl('-d', JSON.stringify(montage()), url);
    expect(JSON.parse(good.stdout)).toMatchObject({ state: 'QUEUED', revision: '1' });
    const bad = await bufCurl('-d', JSON.stringify(montage({ resolution: -1, fit: 9 })), url);
    expect(bad.stderr).toContain('invalid_argument');
    expect(bad.stderr).toContain('spec.montage.fit: has the unknown value 9; spec.montage.resolution: must be');
  });

  it('reads the health of the server and of its service', async () => {
    const url = `http://${under.grpcAddress}/grpc.health.v1.Health`;
    for (const service of ['', 'cutroom.v1.TaskService']) {
      const { stdout } = await bufCurl('-d', JSON.stringify({ service }), `${url}/Check`);
      expect(JSON.parse(stdout)).toEqual({ status: 'SERVING' });
    }
    const unknown = await bufCurl('-d', '{"service":"no.Such"}', `${url}/Check`);
    expect(unknown.stderr).toContain('not_found');
    const list = await bufCurl('-d', '{}', `${url}/List`);
    expect(JSON.parse(list.stdout)).toMatchObject({ statuses: { 'cutroom.v1.TaskService': { status: 'SERVING' } } });
  });
});

describe('a client with the protos alone', () => {
  it('submits, gets, lists and cancels', async () => {
    const task = await client.call('SubmitTask', montage());
    expect(task).toMatchObject({ state: 'QUEUED', revision: '1', name: `tasks/${String(task.task_id)}` });
    const { queue_place, ...polled } = await client.call('GetTask', { name: task.name });
    expect(queue_place).toMatchObject({ position: expect.any(Number) as number });
    expect(polled).toEqual(task);
    const { tasks, next_page_token } = (await client.call('ListTasks', { page_size: 1 })) as {
      tasks: unknown[];
      next_page_token: string;
    };
    expect(tasks).toEqual([task]);
    expect(next_page_token).not.toBe('');
    const cancelled = await client.call('CancelTask', { name: task.name });
    expect(cancelled).toMatchObject({ state: 'CANCELLED', revision: '2' });
    expect(await client.call('CancelTask', { name: task.name })).toEqual(cancelled);
  });

  it('gets all violations of the spec and its inputs, and nothing is stored', async () => {
    const before = await client.call('ListTasks', {});
    const request = {
      request_id: 'no uuid',
      ...montage({ materials: [{ uri: 'missing.mp4' }, { uri: '' }], background_color: 'red' }),
    };
    const error = await failureOf(client.call('SubmitTask', request));
    expect(error.code).toBe(3);
    expect(error.details['google.rpc.ErrorInfo']).toMatchObject({ reason: 'INVALID_REQUEST', domain: 'cutroom.v1' });
    const violations = error.details['google.rpc.BadRequest']!.field_violations as {
      field: string;
      description: string;
    }[];
    expect(violations.map((v) => v.field).sort()).toEqual([
      'request_id',
      'spec.montage.background_color',
      'spec.montage.materials[0].uri',
      'spec.montage.materials[1].uri',
    ]);
    expect(await client.call('ListTasks', {})).toEqual(before);
  });

  it('may repeat a submit with its request id, but not for another body', async () => {
    const request_id = '123E4567-e89b-42d3-a456-426614174000';
    const task = await client.call('SubmitTask', { request_id, ...montage() });
    expect(await client.call('SubmitTask', { request_id: request_id.toLowerCase(), ...montage() })).toEqual(task);
    const error = await failureOf(client.call('SubmitTask', { request_id, ...montage({ resolution: 144 }) }));
    expect(error).toMatchObject({ code: 6, details: { 'google.rpc.ErrorInfo': { reason: 'REQUEST_ID_REUSED' } } });
  });

  it('gets a typed error for a wrong call on a task', async () => {
    const missing = await failureOf(client.call('GetTask', { name: 'tasks/nope' }));
    expect(missing).toMatchObject({ code: 5, details: { 'google.rpc.ResourceInfo': { resource_name: 'tasks/nope' } } });
    expect((await failureOf(client.call('GetTask', { name: 'nope' }))).details['google.rpc.BadRequest']).toMatchObject({
      field_violations: [{ field: 'name' }],
    });
    expect((await failureOf(client.call('ListTasks', { page_size: -1 }))).code).toBe(3);

    const { task_id, name } = (await client.call('SubmitTask', montage())) as { task_id: string; name: string };
    await under.change(task_id, (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
    const { failure } = new RenderError('INPUT_NOT_MEDIA', 'this is no video', {
      field: 'spec.montage.materials[0].uri',
    });
    await under.change(task_id, (task) => failed(task, failure, Date.now()));
    expect(await client.call('GetTask', { name })).toMatchObject({
      state: 'FAILED',
      error: {
        reason: 'INPUT_NOT_MEDIA',
        category: 'CATEGORY_INPUT_MEDIA',
        field: 'spec.montage.materials[0].uri',
        status: {
          code: 3,
          message: 'this is no video',
          details: [{ type_url: 'type.googleapis.com/google.rpc.ErrorInfo' }],
        },
      },
    });
    const ended = await failureOf(client.call('CancelTask', { name }));
    expect(ended).toMatchObject({
      code: 9,
      details: { 'google.rpc.ErrorInfo': { reason: 'TASK_ALREADY_ENDED', metadata: { state: 'FAILED' } } },
    });
  });

  it('reads an error with more violations than fit into a trailer', async () => {
    const error = await failureOf(
      client.call('SubmitTask', montage({ materials: Array.from({ length: 200 }, () => ({ uri: '' })) })),
    );
    expect(error.details['google.rpc.ErrorInfo']).toMatchObject({ metadata: { violations: '200' } });
    const violations = error.details['google.rpc.BadRequest']!.field_violations as {
      field: string;
      description: string;
    }[];
    expect(violations[0]!.field).toBe('spec.montage.materials[0].uri');
    expect(violations.at(-1)!.description).toBe(
      `${201 - violations.length} more violations do not fit into a gRPC trailer`,
    );
  });

  it('learns nothing of an error of the service, which is logged with one line per call', async () => {
    const broken = await startApiUnderTest({
      tasks: { ...under.tasks, get: () => Promise.reject(new Error('the secret')) },
    });
    const other = connect(broken.grpcAddress);
    try {
      const error = await failureOf(other.call('GetTask', { name: 'tasks/a' }));
      expect(error).toMatchObject({ code: 13, details: { 'google.rpc.ErrorInfo': { reason: 'INTERNAL' } } });
      expect(JSON.stringify(error)).not.toContain('secret');
      expect(broken.log).toHaveLength(1);
      expect(broken.log[0]).toMatchObject({
        method: 'GetTask',
        task: 'tasks/a',
        code: 'INTERNAL',
        err: { message: 'the secret' },
      });
      expect(String(broken.log[0]!.peer)).toMatch(/^127\.0\.0\.1:\d+$/);
    } finally {
      other.close();
      await broken.stop();
    }
  });
});

describe('a gRPC server', () => {
  it('reports its shutdown to health watchers, refuses calls with a RetryInfo, and stops despite watchers', async () => {
    const leaving = await startApiUnderTest();
    const other = connect(leaving.grpcAddress);
    const url = `http://${leaving.grpcAddress}/grpc.health.v1.Health/Watch`;
    const health = run(join(repository, 'node_modules/.bin/buf'), [
      'curl',
      '--protocol',
      'grpc',
      '--http2-prior-knowledge',
      '-d',
      '{}',
      url,
    ]);
    let seen = '';
    health.child.stdout?.on('data', (text: string) => (seen += text));
    const ended = health.then(
      () => null,
      (error: unknown) => error as { stderr: string },
    );
    try {
      const task = await other.call('SubmitTask', montage());
      const watcher = other.watch({ name: task.name });
      const cut = new Promise((resolve) => watcher.on('error', resolve));
      watcher.resume();
      await eventually('SERVING', () => seen.includes('"SERVING"'));
      leaving.api.drain();
      const error = await failureOf(other.call('GetTask', { name: task.name }));
      expect(error).toMatchObject({ code: 14, details: { 'google.rpc.ErrorInfo': { reason: 'DRAINING' } } });
      expect(error.details['google.rpc.RetryInfo']).toMatchObject({ retry_delay: { seconds: '1' } });
      expect(await cut).toMatchObject({ code: 14 });
      expect((await ended)?.stderr).toContain('unavailable');
      expect(seen).toContain('"NOT_SERVING"');
      // A prober that asks anew hears the same, and not an error of the call.
      expect(await healthOf(leaving.grpcAddress)).toBe('NOT_SERVING');
    } finally {
      other.close();
      await leaving.stop();
    }
  });

  it('rejects an address that is in use, and leaves no server listening', async () => {
    await expect(startApiUnderTest({ grpcAddress: under.grpcAddress })).rejects.toThrow();
    await expect(startApiUnderTest({ httpAddress: under.httpUrl.slice('http://'.length) })).rejects.toThrow(
      /EADDRINUSE/,
    );
  });
});
