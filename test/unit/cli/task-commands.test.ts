import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Status } from 'nice-grpc';
import { MediaInfo } from '../../../generated/cutroom/v1/media.js';
import type { ResolvedVideo } from '../../../generated/cutroom/v1/resolution.js';
import { Task_State } from '../../../generated/cutroom/v1/task.js';
import {
  Admission,
  type ListTasksRequest,
  type SubmitTaskRequest,
  type TaskServiceImplementation,
  TaskView,
} from '../../../generated/cutroom/v1/task_service.js';
import { ErrorInfo } from '../../../generated/google/rpc/error_details.js';
import { cli, failWith, type FakeServer, startFakeServer, task } from './cli-harness.js';

let folder: string;
let spec: string;
const servers: FakeServer[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-cli-'));
  spec = join(folder, 'spec.json');
  await writeFile(spec, '{"montage": {"materials": [{"uri": "a.mp4"}]}}');
});
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function serve(methods: Partial<TaskServiceImplementation>): Promise<string[]> {
  const server = await startFakeServer(methods);
  servers.push(server);
  return ['--address', server.address];
}

describe('cutroom submit', () => {
  async function submitted(...options: string[]): Promise<SubmitTaskRequest> {
    let seen: SubmitTaskRequest | undefined;
    const address = await serve({
      submitTask: (request) => {
        seen = request;
        return Promise.resolve(task({}));
      },
    });
    const run = await cli([...address, 'submit', spec, ...options]);
    expect(run).toMatchObject({ exitCode: 0, stdout: 't1\n' });
    return seen!;
  }

  it('sends whom to notify, of what, and the secret by its id', async () => {
    expect((await submitted('--notify', 'https://a.test/', '--notify', 'https://b.test/')).notify).toEqual([
      { url: 'https://a.test/', events: [], secret: '' },
      { url: 'https://b.test/', events: [], secret: '' },
    ]);
    const options = ['--notify-events', 'ended, state-changed', '--notify-secret', '0123456789abcdef'];
    expect((await submitted('--notify', 'https://a.test/', ...options)).notify).toEqual([
      { url: 'https://a.test/', events: [1, 2], secret: 'signingSecrets/0123456789abcdef' },
    ]);
  });

  it('sends the options of the command line', async () => {
    const request = await submitted(
      ...[
        '--label',
        'project=spring',
        '--label',
        'note=a=b',
        '--priority',
        '-5',
        '--ttl',
        '2d',
        '--max-attempts',
        '3',
        '--run-or-reject',
      ],
      ...['--limit', 'total=10m', '--limit', 'stall=1.5s'],
    );
    expect(request).toMatchObject({
      labels: { project: 'spring', note: 'a=b' },
      priority: -5,
      ttl: { seconds: 172_800n, nanos: 0 },
      maxAttempts: 3,
      admission: Admission.ADMISSION_RUN_OR_REJECT,
      timeouts: {
        queue: undefined,
        total: { seconds: 600n, nanos: 0 },
        stall: { seconds: 1n, nanos: 500_000_000 },
        fetch: undefined,
      },
    });
  });

  it('leaves the other options to the server', async () => {
    expect(await submitted()).toMatchObject({
      labels: {},
      priority: 0,
      ttl: undefined,
      timeouts: undefined,
      maxAttempts: 0,
      admission: 0,
      validateOnly: false,
    });
  });

  it('prints the spec as the server understands it with --validate-only, fit to be submitted again', async () => {
    const address = await serve({
      submitTask: (request) => Promise.resolve(task({ name: '', taskId: '', spec: request.spec })),
    });
    const run = await cli([...address, 'submit', spec, '--validate-only']);
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ montage: { materials: [{ uri: 'a.mp4' }] } });
    expect((await cli([...address, 'submit', '-', '--validate-only'], { stdin: run.stdout })).stdout).toBe(run.stdout);
  });

  it('prints the times of every clip with --probe', async () => {
    const seconds = (value: number) => ({ seconds: BigInt(value), nanos: 0 });
    const clip = { id: 'a', field: 'spec.montage.materials[0]', transitionFrames: 0 };
    const video: ResolvedVideo = {
      duration: seconds(2),
      frameCount: 50,
      frameRate: { numerator: 25, denominator: 1 },
      width: 64,
      height: 36,
      tracks: [
        {
          field: 'spec.montage.materials',
          id: '',
          clips: [{ ...clip, start: seconds(1), duration: seconds(1), startFrame: 25, frameCount: 25 }],
          clipCount: 2,
        },
      ],
      cues: [],
      cueCount: 3,
    };
    let asked: SubmitTaskRequest | undefined;
    const address = await serve({
      submitTask: (request) => {
        asked = request;
        const estimate = { pixelFrames: 115_200n, cpuTime: seconds(3) };
        return Promise.resolve(task({ spec: request.spec, resolution: { videos: [video], estimate } }));
      },
    });
    expect((await cli([...address, 'submit', spec, '--probe'])).stdout).toBe(
      `video     64x36, 25 fps, 2.000 s, 50 frames, 3 subtitles
  spec.montage.materials
      1.000 s to     2.000 s, frames 25 to 49  spec.montage.materials[0] "a"
    and 1 more
estimate  about 3.0 s of processor time, 0.1 million pixels
`,
    );
    expect(asked).toMatchObject({ validateOnly: true, probe: true, requestId: '' });
  });

  it('prints only the end of the task with --wait', async () => {
    const done = task({ state: Task_State.SUCCEEDED, revision: 3n, videos: ['http://x/1'] });
    const address = await serve({
      submitTask: () => Promise.resolve(task({})),
      watchTask: async function* () {
        for (const value of [task({}), task({ state: Task_State.RUNNING, revision: 2n }), done])
          yield { event: { $case: 'task', value } };
      },
    });
    expect(await cli([...address, 'submit', spec, '--wait'])).toEqual({
      exitCode: 0,
      stdout: 'http://x/1\n',
      stderr: 'tasks/t1\nSUCCEEDED\n',
    });
  });

  it('reports a task as not stored when it was refused for want of a slot', async () => {
    const info = {
      typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo',
      value: Buffer.from(ErrorInfo.encode({ reason: 'NO_FREE_SLOT', domain: 'cutroom.v1', metadata: {} }).finish()),
    };
    const address = await serve({
      submitTask: (_, context) => failWith(context, Status.RESOURCE_EXHAUSTED, 'busy', [info]),
    });
    expect(await cli([...address, 'submit', spec, '--run-or-reject'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'error: RESOURCE_EXHAUSTED: busy\n',
    });
  });

  it.each([
    [['--label', 'no-value']],
    [['--priority', 'high']],
    [['--ttl', '3 weeks']],
    [['--limit', 'render=5m']],
    [['--limit', 'total=soon']],
  ])('exits with the code of wrong usage for %j', async (options) => {
    const run = await cli(['submit', spec, ...options]);
    expect(run.exitCode).toBe(64);
    expect(run.stderr).toMatch(/^error: option .* it must be /);
  });
});

describe('cutroom', () => {
  it('retry prints the state of the answer', async () => {
    const address = await serve({ retryTask: ({ name }) => Promise.resolve(task({ name, taskId: name.slice(6) })) });
    expect(await cli([...address, 'retry', 'tasks/t9'])).toEqual({ exitCode: 0, stdout: 't9  QUEUED\n', stderr: '' });
  });

  it('delete confirms the deletion, and refuses a task that still runs', async () => {
    const address = await serve({
      deleteTask: ({ name }, context) =>
        name === 'tasks/t1' ? Promise.resolve({}) : failWith(context, Status.FAILED_PRECONDITION, 'cancel it first'),
    });
    expect(await cli([...address, 'delete', 't1'])).toEqual({ exitCode: 0, stdout: 't1  deleted\n', stderr: '' });
    expect(await cli([...address, 'delete', 't1', '--json'])).toEqual({ exitCode: 0, stdout: '{}\n', stderr: '' });
    expect(await cli([...address, 'delete', 't2'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'error: FAILED_PRECONDITION: cancel it first\n',
    });
  });

  it('probe prints a line for the file and for each stream, or the message as JSON', async () => {
    const media = MediaInfo.fromPartial({
      format: 'mov,mp4',
      duration: { seconds: 12n, nanos: 400_000_000 },
      video: {
        codec: 'h264',
        width: 1920,
        height: 1080,
        rotation: 90,
        frameRate: { numerator: 30_000, denominator: 1001 },
        duration: { seconds: 12n },
        pixelFormat: 'yuva420p',
        alpha: true,
      },
      audio: { codec: 'aac', sampleRate: 44_100, channels: 1 },
    });
    const address = await serve({
      probeMedia: ({ uri }) =>
        Promise.resolve(
          uri === 'clip.mov'
            ? media
            : MediaInfo.fromPartial({
                format: 'png_pipe',
                video: { image: true, codec: 'png', width: 3, height: 2, pixelFormat: 'rgb24' },
              }),
        ),
    });
    expect((await cli([...address, 'probe', 'clip.mov'])).stdout).toBe(
      'format   mov,mp4, 12.400 s\nvideo    h264, 1920x1080, turned by 90°, 29.97 fps, 12.000 s, yuva420p, transparent\naudio    aac, 44100 Hz, 1 channel\n',
    );
    expect((await cli([...address, 'probe', 'a.png'])).stdout).toBe('format   png_pipe\nimage    png, 3x2, rgb24\n');
    expect(JSON.parse((await cli([...address, 'probe', 'clip.mov', '--json'])).stdout)).toMatchObject({
      duration: '12.400s',
      video: { rotation: 90 },
    });
  });

  it('get --full adds the spec and the commands of the render', async () => {
    const run = {
      ...{
        program: 'ffmpeg',
        arguments: ['-i', "it's.mp4", '-map', '[v]'],
        filterGraph: '[0:v]null[v];\n[v]null',
        exitCode: 1,
        signal: '',
        watchdog: '',
      },
      ...{
        stderr: 'no such file\n',
        lastProgress: '',
        peakMemoryBytes: 13_000_000n,
        cpuTime: undefined,
        wallTime: { seconds: 1n, nanos: 500_000_000 },
      },
    };
    const full = task({
      labels: { a: 'b' },
      priority: 7,
      spec: { kind: undefined, outputs: [], variables: {} },
      diagnostics: { attempt: 1, ffmpegVersion: '5.1', commands: [run] },
    });
    const address = await serve({
      getTask: ({ view }) => Promise.resolve(view === TaskView.TASK_VIEW_FULL ? full : task({})),
    });
    expect((await cli([...address, 'get', 't1'])).stdout).not.toContain('ffmpeg');
    expect((await cli([...address, 'get', 't1', '--full'])).stdout).toContain(
      `label    a=b\npriority 7\n\n{\n  "outputs": [],\n  "variables": {}\n}\n\n# exit 1, 1.50 s, 13 MB of memory\nffmpeg -i 'it'\\''s.mp4' -map '[v]'\n` +
        '# graph.txt:\n#   [0:v]null[v];\n#   [v]null\n# stderr:\n#   no such file\n',
    );
  });

  it('list sends --filter and --order-by with every page', async () => {
    const seen: ListTasksRequest[] = [];
    const address = await serve({
      listTasks: (request) => {
        seen.push(request);
        return Promise.resolve({ tasks: [], nextPageToken: seen.length === 1 ? 'two' : '' });
      },
    });
    await cli([...address, 'list', '--all', '--filter', 'state = FAILED', '--order-by', 'create_time']);
    expect(seen).toMatchObject([
      { filter: 'state = FAILED', orderBy: 'create_time', pageToken: '' },
      { filter: 'state = FAILED', orderBy: 'create_time', pageToken: 'two' },
    ]);
  });
});
