import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TaskServiceDefinition } from '../../generated/cutroom/v1/task_service.js';
import { goTool } from '../../scripts/lib/go-tools.mjs';
import { claimed, succeeded } from '../../src/task/lifecycle.js';
import { type ApiUnderTest, startApiUnderTest } from '../integration/api/api-under-test.js';
import { eventually } from '../support/eventually.js';
import { newTask } from '../support/new-task.js';

const run = promisify(execFile);
const DESCRIPTORS = join(import.meta.dirname, '../../generated/descriptors.binpb');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool to its end, however that is. */
async function tool(name: Parameters<typeof goTool>[0], ...args: string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await run(goTool(name), args, { timeout: 50_000, maxBuffer: 16 * 1024 * 1024 })) };
  } catch (error) {
    return error as Ended;
  }
}

const grpcurl = (...args: string[]) => tool('grpcurl', '-plaintext', ...args);

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApiUnderTest();
});
afterAll(() => under.stop());

const request = { spec: { montage: { materials: [{ uri: 'a.mp4' }] } } };
const finish = async (id: string) => {
  await under.change(id, (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
  await under.change(id, (task) => succeeded(task, { outputs: [], warnings: [] }, Date.now()));
};

describe('grpcurl, with the address alone,', () => {
  it('lists the services and describes TaskService with its comments', async () => {
    const { stdout: services } = await grpcurl(under.grpcAddress, 'list');
    expect(services.trim().split('\n')).toEqual(
      expect.arrayContaining([
        'cutroom.v1.TaskService',
        'grpc.health.v1.Health',
        'grpc.reflection.v1.ServerReflection',
        'grpc.reflection.v1alpha.ServerReflection',
      ]),
    );
    const { stdout: methods } = await grpcurl(under.grpcAddress, 'list', 'cutroom.v1.TaskService');
    expect(methods.trim().split('\n')).toHaveLength(Object.keys(TaskServiceDefinition.methods).length);
    const { stdout: service } = await grpcurl(under.grpcAddress, 'describe', 'cutroom.v1.TaskService');
    expect(service).toContain(
      'rpc WatchTask ( .cutroom.v1.WatchTaskRequest ) returns ( stream .cutroom.v1.TaskEvent )',
    );
    expect(service).toContain('// Checks a composition, stores it and answers with the queued task.');
    const { stdout: template } = await grpcurl(
      '-msg-template',
      under.grpcAddress,
      'describe',
      '.cutroom.v1.SubmitTaskRequest',
    );
    expect(template).toContain('"requestId"');
  });

  it('submits, and watches to the end', async () => {
    const { stdout } = await grpcurl(
      '-d',
      JSON.stringify(request),
      under.grpcAddress,
      'cutroom.v1.TaskService/SubmitTask',
    );
    const task = JSON.parse(stdout) as { name: string; taskId: string; state: string };
    expect(task).toMatchObject({ name: `tasks/${task.taskId}`, state: 'QUEUED' });

    const watch = spawn(goTool('grpcurl'), [
      '-plaintext',
      '-d',
      JSON.stringify({ name: task.name }),
      under.grpcAddress,
      'cutroom.v1.TaskService/WatchTask',
    ]);
    let seen = '';
    watch.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const exit = once(watch, 'exit');
    await eventually('the first event', () => seen.includes('"QUEUED"'));
    await finish(task.taskId);
    expect(await exit).toEqual([0, null]);
    const states = [...seen.matchAll(/"state": "(\w+)"/g)].map(([, state]) => state);
    expect([states[0], states.at(-1)]).toEqual(['QUEUED', 'SUCCEEDED']);
  });

  it('shows every detail of an error', async () => {
    const bad = { requestId: 'no', spec: { montage: { materials: [{ uri: '' }] } } };
    const { code, stderr } = await grpcurl(
      '-d',
      JSON.stringify(bad),
      under.grpcAddress,
      'cutroom.v1.TaskService/SubmitTask',
    );
    // 64 and the code of INVALID_ARGUMENT.
    expect(code).toBe(64 + 3);
    expect(stderr).toContain('Code: InvalidArgument');
    expect(stderr).toContain('"reason": "INVALID_REQUEST"');
    for (const field of ['request_id', 'spec.montage.materials[0].uri'])
      expect(stderr).toContain(`"field": "${field}"`);
  });

  it('returns at its own deadline', async () => {
    await under.store.insert(newTask({ id: 'slow', nowMs: Date.now() }), '{}');
    const poll = { name: 'tasks/slow', waitForRevisionAfter: '1', waitTimeout: '30s' };
    const { code, stderr } = await grpcurl(
      '-max-time',
      '0.5',
      '-d',
      JSON.stringify(poll),
      under.grpcAddress,
      'cutroom.v1.TaskService/GetTask',
    );
    expect([code, stderr]).toEqual([64 + 4, expect.stringContaining('DeadlineExceeded')]);
  });
});

it('grpc-health-probe reports serving, no such service, and not serving while draining', async () => {
  const leaving = await startApiUnderTest();
  try {
    const probe = (...args: string[]) => tool('grpc-health-probe', '-addr', leaving.grpcAddress, ...args);
    for (const args of [[], ['-service', 'cutroom.v1.TaskService']]) {
      expect(await probe(...args)).toMatchObject({ code: 0, stderr: expect.stringContaining('SERVING') as string });
    }
    expect((await probe('-service', 'no.Such')).code).toBeGreaterThan(0);
    leaving.api.drain();
    expect(await probe()).toMatchObject({ code: 4, stderr: expect.stringContaining('NOT_SERVING') as string });
  } finally {
    await leaving.stop();
  }
});

describe('ghz, with many calls at a time,', () => {
  interface Report {
    readonly count: number;
    readonly statusCodeDistribution: Record<string, number>;
    readonly errorDistribution: Record<string, number>;
  }
  const ghz = async (method: string, data: unknown, calls: number): Promise<Report> => {
    const args = [
      '--insecure',
      '--protoset',
      DESCRIPTORS,
      '--call',
      `cutroom.v1.TaskService.${method}`,
      '-d',
      JSON.stringify(data),
      '-n',
      String(calls),
      '-c',
      '20',
      '--format',
      'json',
    ];
    const { stdout, stderr, code } = await tool('ghz', ...args, under.grpcAddress);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Report;
  };

  it('submits, each call with a task of its own', async () => {
    const before = await under.store.count('default');
    expect(await ghz('SubmitTask', request, 200)).toMatchObject({
      count: 200,
      statusCodeDistribution: { OK: 200 },
      errorDistribution: {},
    });
    expect(await under.store.count('default')).toBe(before + 200);
  });

  it('gets and watches', async () => {
    await under.store.insert(newTask({ id: 'done', nowMs: Date.now() }), '{}');
    await finish('done');
    expect(await ghz('GetTask', { name: 'tasks/done' }, 500)).toMatchObject({
      count: 500,
      statusCodeDistribution: { OK: 500 },
    });
    expect(await ghz('WatchTask', { name: 'tasks/done' }, 200)).toMatchObject({
      count: 200,
      statusCodeDistribution: { OK: 200 },
    });
    expect(await ghz('GetTask', { name: 'tasks/nobody' }, 50)).toMatchObject({
      statusCodeDistribution: { NotFound: 50 },
    });
  });
});
