import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../../src/task/diagnostics.js';
import { claimed, failed, succeeded } from '../../../src/task/lifecycle.js';
import { connect, failureOf, type ForeignClient } from '../../support/foreign-client.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

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

interface Answer {
  readonly name: string;
  readonly task_id: string;
  readonly revision: string;
}

const submit = async (fields: object = {}): Promise<Answer> =>
  (await client.call('SubmitTask', {
    spec: { montage: { materials: [{ uri: 'a.mp4' }] } },
    ...fields,
  })) as unknown as Answer;
const run = (id: string) =>
  under.change(id, (task) => claimed(task, { attemptId: 'x', owner: 'o', nowMs: Date.now() }));
const failure = { reason: 'INPUT_NOT_MEDIA', message: 'm', field: 'f' } as const;
const reasonOf = async (call: Promise<unknown>) => {
  const { code, details } = await failureOf(call);
  return [code, details['google.rpc.ErrorInfo']?.reason];
};

describe('a submit with options', () => {
  it('shows them on the task', async () => {
    const task = await submit({
      labels: { project: 'spring' },
      priority: 7,
      max_attempts: 3,
      ttl: { seconds: 120 },
      timeouts: { total: { seconds: 9 } },
    });
    expect(task).toMatchObject({
      labels: { project: 'spring' },
      priority: 7,
      max_attempts: 3,
      timeouts: { total: { seconds: '9' } },
    });
  });

  it('stores nothing and returns every default when it only validates', async () => {
    const count = async () => under.store.count('default');
    const before = await count();
    const answer = await submit({ validate_only: true });
    expect(answer).toMatchObject({
      spec: {
        montage: {
          longest_clip: { seconds: '5' },
          fit: 'FIT_COVER',
          resolution: 1080,
          aspect_ratio: 'ASPECT_RATIO_9_16',
        },
      },
    });
    expect(Object.keys(answer)).not.toContain('name');
    expect(await count()).toBe(before);
    const bad = await failureOf(submit({ validate_only: true, priority: 1000 }));
    expect(bad.code).toBe(3);
  });

  it('is refused a probe beside a render, and on a server without ffmpeg', async () => {
    expect(await failureOf(submit({ probe: true }))).toMatchObject({
      code: 3,
      details: { 'google.rpc.BadRequest': { field_violations: [{ field: 'probe' }] } },
    });
    expect(await reasonOf(submit({ probe: true, validate_only: true }))).toEqual([12, 'NOT_SUPPORTED_HERE']);
  });

  it('is refused, with the field, when no worker has the encoder of an output', async () => {
    const outputs = [{ mp4: {} }, { mp4: { video_codec: 'VIDEO_CODEC_HEVC' } }, { audio: { format: 'FORMAT_MP3' } }];
    const spec = { montage: { materials: [{ uri: 'a.mp4' }] }, outputs };
    // Nobody is there who could say.
    expect(await submit({ spec })).toMatchObject({ state: 'QUEUED' });
    const build = { version: '5.1', decoders: [], encoders: ['libx264', 'aac'] };
    await under.store.announceWorker({ owner: 'few', slots: 1, build }, { leaseMs: 60_000 });
    const fields = async (fieldsOf: object) => {
      const { details } = await failureOf(submit(fieldsOf));
      return (details['google.rpc.BadRequest'] as { field_violations: { field: string }[] }).field_violations.map(
        ({ field }) => field,
      );
    };
    const missing = ['spec.outputs[1].mp4.video_codec', 'spec.outputs[2].audio.format'];
    expect(await fields({ spec })).toEqual(missing);
    expect(await fields({ spec, validate_only: true })).toEqual(missing);
    const better = { ...build, encoders: ['libx264', 'aac', 'libx265', 'libmp3lame'] };
    await under.store.announceWorker({ owner: 'more', slots: 1, build: better }, { leaseMs: 60_000 });
    expect(await submit({ spec })).toMatchObject({ state: 'QUEUED' });
    await under.store.forgetWorker('few');
    await under.store.forgetWorker('more');
  });

  it('is refused when it must run at once and no worker has a free slot', async () => {
    const { code, details } = await failureOf(submit({ admission: 'ADMISSION_RUN_OR_REJECT' }));
    expect([code, details['google.rpc.ErrorInfo']?.reason]).toEqual([8, 'NO_FREE_SLOT']);
    expect(details['google.rpc.RetryInfo']).toBeDefined();
    await under.store.announceWorker({ owner: 'w', slots: 1000, build: null }, { leaseMs: 60_000 });
    expect(await submit({ admission: 'ADMISSION_RUN_OR_REJECT' })).toMatchObject({ state: 'QUEUED' });
  });
});

describe('a task that has ended', () => {
  it('is retried from FAILED and CANCELLED, and a task in any other state is not', async () => {
    const task = await submit();
    expect(await reasonOf(client.call('RetryTask', { name: task.name }))).toEqual([9, 'TASK_NOT_RETRYABLE']);
    await run(task.task_id);
    await under.change(task.task_id, (t) => failed(t, failure, Date.now()));
    const again = await client.call('RetryTask', { name: task.name });
    expect(again).toMatchObject({ state: 'QUEUED', attempt: 1, name: task.name });
    expect(again.error ?? null).toBeNull();
    await client.call('CancelTask', { name: task.name });
    expect(await client.call('RetryTask', { name: task.name })).toMatchObject({ state: 'QUEUED' });
  });

  it('is deleted, which ends its watches; a task that has not ended is not', async () => {
    const task = await submit();
    expect(await reasonOf(client.call('DeleteTask', { name: task.name }))).toEqual([9, 'TASK_NOT_ENDED']);
    await run(task.task_id);
    await under.change(task.task_id, (t) => succeeded(t, { outputs: [], warnings: [] }, Date.now()));
    await client.call('DeleteTask', { name: task.name });
    expect(await reasonOf(client.call('GetTask', { name: task.name }))).toEqual([5, 'TASK_NOT_FOUND']);
    expect(await reasonOf(client.call('DeleteTask', { name: task.name }))).toEqual([5, 'TASK_NOT_FOUND']);
  });
});

describe('GetTask', () => {
  it('returns spec and diagnostics in the full view only', async () => {
    const task = await submit();
    const commands = [
      {
        program: 'ffmpeg',
        arguments: ['-i', 'x'],
        filterGraph: 'g',
        exitCode: 0,
        signal: '',
        watchdog: '',
        stderr: '',
        lastProgress: '',
        peakMemoryBytes: 5_000_000_000,
        cpuMs: 1500,
        wallMs: 2000,
      },
    ];
    await under.store.putDiagnostics(
      { tenant: 'default', id: task.task_id },
      formatDiagnostics({ attempt: 1, ffmpegVersion: '5.1', commands }),
      { fence: 1 },
    );
    const basic = await client.call('GetTask', { name: task.name });
    expect([basic.spec ?? null, basic.diagnostics ?? null]).toEqual([null, null]);
    expect(await client.call('GetTask', { name: task.name, view: 'TASK_VIEW_FULL' })).toMatchObject({
      spec: { montage: { materials: [{ uri: 'a.mp4' }] } },
      diagnostics: {
        attempt: 1,
        ffmpeg_version: '5.1',
        commands: [
          { program: 'ffmpeg', peak_memory_bytes: '5000000000', cpu_time: { seconds: '1', nanos: 500_000_000 } },
        ],
      },
    });
  });

  it('waits for a change up to its timeout, and not at all for a task that has ended', async () => {
    const task = await submit();
    const waiting = client.call('GetTask', { name: task.name, wait_for_revision_after: task.revision });
    await run(task.task_id);
    expect(await waiting).toMatchObject({ state: 'RUNNING', revision: '2' });
    const startMs = performance.now();
    const same = await client.call('GetTask', {
      name: task.name,
      wait_for_revision_after: 2,
      wait_timeout: { nanos: 200_000_000 },
    });
    expect(same).toMatchObject({ revision: '2' });
    expect(performance.now() - startMs).toBeGreaterThan(150);
    await client.call('CancelTask', { name: task.name });
    expect(await client.call('GetTask', { name: task.name, wait_for_revision_after: 3 })).toMatchObject({
      state: 'CANCELLED',
      revision: '3',
    });
  });
});

describe('ListTasks', () => {
  it('filters and orders, with page tokens that are bound to both', async () => {
    const labels = { series: 'one' };
    const tasks = [await submit({ labels }), await submit({ labels }), await submit({ labels })];
    await client.call('CancelTask', { name: tasks[1]!.name });
    const names = async (query: Record<string, unknown>) =>
      ((await client.call('ListTasks', query)).tasks as Answer[]).map((t) => t.name);
    const filter = 'labels.series = one';
    expect(await names({ filter, order_by: 'create_time' })).toEqual(tasks.map((t) => t.name));
    expect(await names({ filter: `${filter} AND state = CANCELLED` })).toEqual([tasks[1]!.name]);
    expect(await names({ filter: `(state = QUEUED OR state = RUNNING) AND ${filter}` })).toEqual([
      tasks[2]!.name,
      tasks[0]!.name,
    ]);
    const first = await client.call('ListTasks', { filter, page_size: 2 });
    const page_token = first.next_page_token as string;
    expect(await names({ filter, page_size: 2, page_token })).toEqual([tasks[0]!.name]);
    const other = await failureOf(
      client.call('ListTasks', { filter: 'state = QUEUED', page_size: 2, page_token, order_by: 'size' }),
    );
    const { field_violations } = other.details['google.rpc.BadRequest'] as { field_violations: { field: string }[] };
    expect(field_violations.map((v) => v.field)).toEqual(['order_by', 'page_token']);
  });
});

describe('the capabilities of the workers', () => {
  it('are listed by build, with the limits of the contract', async () => {
    const build = { version: '5.1.9', encoders: ['libx264'], decoders: ['h264'] };
    await under.store.announceWorker({ owner: 'x', slots: 2, build }, { leaseMs: 60_000 });
    await under.store.announceWorker({ owner: 'y', slots: 1, build }, { leaseMs: 60_000 });
    expect(await client.call('GetCapabilities', {})).toMatchObject({
      builds: [{ version: '5.1.9', workers: 2 }],
      transitions: expect.arrayContaining(['KIND_CUT', 'KIND_CROSS_FADE']) as unknown,
      limits: { max_materials: 2000, max_resolution: 2160, max_duration: { seconds: '14400' } },
    });
  });

  it('leave out ProbeMedia, which is UNIMPLEMENTED, on a server without ffmpeg', async () => {
    expect(await reasonOf(client.call('ProbeMedia', { uri: 'a.mp4' }))).toEqual([12, 'NOT_SUPPORTED_HERE']);
  });
});
