import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Status } from 'nice-grpc';
import { ProgressDetail_Phase, type Task, Task_State, TaskError_Category } from '../../../generated/cutroom/v1/task.js';
import type { SubmitTaskRequest, TaskServiceImplementation } from '../../../generated/cutroom/v1/task_service.js';
import { BadRequest, ErrorInfo } from '../../../generated/google/rpc/error_details.js';
import { cli, failWith, type FakeServer, startFakeServer, task } from './cli-harness.js';

const { QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED } = Task_State;

let folder: string;
const servers: FakeServer[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-cli-'));
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

async function specFile(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

const running = task({
  state: RUNNING,
  revision: 2n,
  progress: 45,
  attempt: 1,
  progressDetail: {
    phase: ProgressDetail_Phase.PHASE_RENDERING,
    framesDone: 200,
    framesTotal: 450,
    outTime: { seconds: 8n, nanos: 0 },
    speed: 2,
    estimatedEndTime: undefined,
  },
});
const succeeded = task({
  state: SUCCEEDED,
  revision: 3n,
  progress: 100,
  attempt: 1,
  videos: ['http://127.0.0.1:8080/tasks/t1/final-1.mp4?expires=1'],
  startTime: new Date(1_700_000_000_000),
  endTime: new Date(1_700_000_012_300),
});
const failed = task({
  state: FAILED,
  revision: 3n,
  error: {
    status: { code: 3, message: 'not a picture', details: [] },
    reason: 'INPUT_NOT_MEDIA',
    category: TaskError_Category.CATEGORY_INPUT_MEDIA,
    retryable: false,
    field: 'spec.montage.materials[0].uri',
  },
});

function watching(...tasks: Task[]): TaskServiceImplementation['watchTask'] {
  return async function* () {
    for (const value of tasks) yield { event: { $case: 'task', value } };
  };
}

describe('cutroom submit', () => {
  const spec = '{"montage": {"materials": [{"uri": "a.mp4"}], "longestClip": "2.5s"}}';

  it('sends the spec of a file with a new request id and prints the task id', async () => {
    let request: SubmitTaskRequest | undefined;
    const address = await serve({
      submitTask: (received) => {
        request = received;
        return Promise.resolve(task({}));
      },
    });
    const run = await cli([...address, 'submit', await specFile('good.json', spec)]);
    expect(run).toEqual({ exitCode: 0, stdout: 't1\n', stderr: '' });
    expect(request?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(request?.spec?.kind?.value).toMatchObject({
      materials: [{ uri: 'a.mp4' }],
      longestClip: { seconds: 2n, nanos: 500_000_000 },
    });
  });

  it('reads stdin for - and sends the given request id', async () => {
    const address = await serve({ submitTask: ({ requestId }) => Promise.resolve(task({ taskId: requestId })) });
    const run = await cli(['submit', '-', '--request-id', 'r-1', ...address], { stdin: spec });
    expect(run.stdout).toBe('r-1\n');
  });

  it('sends the variables of the file, and those of --var before them', async () => {
    let request: SubmitTaskRequest | undefined;
    const address = await serve({
      submitTask: (received) => {
        request = received;
        return Promise.resolve(task({}));
      },
    });
    const template = '{"montage": {"materials": [{"uri": "{{a}}{{b}}"}]}, "variables": {"a": "1", "b": "2"}}';
    await cli([...address, 'submit', '-', '--var', 'b=x=y', '--var', 'c='], { stdin: template });
    expect(request?.spec?.variables).toEqual({ a: '1', b: 'x=y', c: '' });
  });

  it('watches the task to its end with --watch', async () => {
    const address = await serve({
      submitTask: () => Promise.resolve(task({})),
      watchTask: watching(running, succeeded),
    });
    const run = await cli([...address, 'submit', '-', '--watch'], { stdin: spec });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toBe('http://127.0.0.1:8080/tasks/t1/final-1.mp4?expires=1\n');
    expect(run.stderr).toContain('tasks/t1\n');
  });

  it('prints every violation on a line of its own, field first, and exits with 1', async () => {
    const fieldViolations = [
      { field: 'spec.montage.materials[0].uri', description: 'no such file', reason: '', localizedMessage: undefined },
      { field: 'spec.montage.resolution', description: 'must be even', reason: '', localizedMessage: undefined },
    ];
    const address = await serve({
      submitTask: (_, context) =>
        failWith(context, Status.INVALID_ARGUMENT, 'bad', [
          {
            typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo',
            value: Buffer.from(
              ErrorInfo.encode({ reason: 'INVALID_REQUEST', domain: 'cutroom.v1', metadata: {} }).finish(),
            ),
          },
          {
            typeUrl: 'type.googleapis.com/google.rpc.BadRequest',
            value: Buffer.from(BadRequest.encode({ fieldViolations }).finish()),
          },
        ]),
    });
    const run = await cli([...address, 'submit', '-'], { stdin: spec });
    expect(run).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'error: INVALID_ARGUMENT\n  spec.montage.materials[0].uri: no such file\n  spec.montage.resolution: must be even\n',
    });
    const asJson = await cli([...address, '--json', 'submit', '-'], { stdin: spec });
    expect(JSON.parse(asJson.stderr)).toMatchObject({
      code: 3,
      details: [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'INVALID_REQUEST' },
        { fieldViolations: [{ description: 'no such file' }, {}] },
      ],
    });
  });

  it.each([
    ['no JSON', '{"montage"', /is not a cutroom\.v1\.RenderSpec/],
    ['an unknown field', '{"montage": {"clips": []}}', /clips/],
    ['a wrong type', '{"montage": {"materials": 3}}', /materials/],
  ])('refuses %s without a call', async (_, content, message) => {
    const run = await cli(['--address', '127.0.0.1:1', 'submit', '-'], { stdin: content });
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toMatch(message);
  });

  it('names every field at fault of a spec with the nearest name, in JSON and in YAML', async () => {
    const json = '{"montage": {"longestClp": "2s", "transition": {"kind": "CROSSFADE"}}}';
    const yaml = 'montage:\n  longestClp: 2s\n  transition:\n    kind: CROSSFADE\n';
    for (const content of [json, yaml]) {
      const { exitCode, stderr } = await cli(['--address', '127.0.0.1:1', 'submit', '-'], { stdin: content });
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(
        /RenderSpec:\n {2}montage\.longestClp: .*did you mean longestClip\?\n {2}montage\.transition\.kind: .*did you mean KIND_CROSS_FADE\?\n$/,
      );
    }
  });

  it('reads a spec in YAML', async () => {
    const asked: unknown[] = [];
    const address = await serve({
      submitTask: async (request) => {
        const montage = request.spec?.kind?.$case === 'montage' ? request.spec.kind.value : undefined;
        asked.push(montage?.materials, montage?.backgroundColor);
        return task({});
      },
    });
    const file = join(folder, 'spec.yaml');
    await writeFile(
      file,
      '# a comment\nmontage:\n  backgroundColor: "#FF0000"\n  materials:\n    - uri: no\n    - { uri: 2024-01-01 }\n',
    );
    expect(await cli([...address, 'submit', file])).toMatchObject({ exitCode: 0 });
    expect(asked).toEqual([[{ uri: 'no' }, { uri: '2024-01-01' }], '#FF0000']);
  });

  it.each([
    [
      'a colour without quotes, which is a comment',
      'montage:\n  backgroundColor: #FF0000\n',
      /montage\.backgroundColor: has no value/,
    ],
    ['a key given twice', 'montage: {}\nmontage: {}\n', /line 2/],
    ['a flood of aliases', `a: &a [x,x]\nb: ${'[*a,'.repeat(200)}${']'.repeat(200)}`, /alias/i],
  ])('refuses %s in YAML', async (_, content, message) => {
    const run = await cli(['--address', '127.0.0.1:1', 'submit', '-'], { stdin: content });
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toMatch(message);
  });

  it('exits with the code of wrong usage when the file cannot be read', async () => {
    const run = await cli(['submit', join(folder, 'missing.json')]);
    expect(run).toMatchObject({ exitCode: 64, stdout: '' });
    expect(run.stderr).toMatch(/cannot read the spec.*missing\.json/);
  });

  it('prints how to repeat a submit whose outcome is unknown', async () => {
    const address = await serve({
      submitTask: (_, context) => failWith(context, Status.UNAVAILABLE, 'the store does not answer'),
    });
    const run = await cli([...address, 'submit', '-', '--request-id', 'r-2'], { stdin: spec });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('repeat with --request-id r-2 to get the same task\n');
  });
});

describe('cutroom watch', () => {
  it('prints plain lines in a pipe and the URLs on stdout', async () => {
    const address = await serve({ watchTask: watching(task({ state: QUEUED }), running, succeeded) });
    const run = await cli([...address, 'watch', 't1']);
    expect(run).toEqual({
      exitCode: 0,
      stdout: 'http://127.0.0.1:8080/tasks/t1/final-1.mp4?expires=1\n',
      stderr: '  0 %  QUEUED\n 45 %  RENDERING, 200 of 450 frames, ETA 0:05\nSUCCEEDED in 12.3 s\n',
    });
  });

  it('draws a bar with phase, frames and ETA on a terminal, and clears it', async () => {
    const address = await serve({ watchTask: watching(task({}), running, succeeded) });
    const run = await cli([...address, 'watch', 't1'], { isTTY: true });
    expect(run.stderr).toContain('RENDERING ');
    expect(run.stderr).toMatch(/█+░+ {2}45 % {2}200\/450 frames {2}ETA 0:05/);
    expect(run.stderr).toContain('SUCCEEDED\u001b[39m in 12.3 s');
    expect(run.stderr.lastIndexOf('\u001b[?25h')).toBeGreaterThan(run.stderr.lastIndexOf('\u001b[?25l'));
    expect(run.stdout).toBe('http://127.0.0.1:8080/tasks/t1/final-1.mp4?expires=1\n');
  });

  it('prints one task per line in canonical proto JSON with --json', async () => {
    const address = await serve({ watchTask: watching(task({}), running, succeeded) });
    const run = await cli([...address, '--json', 'watch', 'tasks/t1']);
    const lines = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line.state)).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
    expect(lines[0]).toMatchObject({ progress: 0, revision: '1', videos: [] });
    expect(lines[1]).toMatchObject({ progressDetail: { phase: 'PHASE_RENDERING', outTime: '8s' } });
    expect(run.stderr).toBe('');
  });

  it('exits with 1 and prints the reason when the task is FAILED or CANCELLED', async () => {
    const address = await serve({ watchTask: watching(running, failed) });
    const run = await cli([...address, 'watch', 't1']);
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toContain('FAILED: INPUT_NOT_MEDIA (spec.montage.materials[0].uri): not a picture\n');
    expect(
      (await cli([...(await serve({ watchTask: watching(task({ state: CANCELLED })) })), 'watch', 't1'])).exitCode,
    ).toBe(1);
  });

  it('ends with 130 and without an error on Ctrl-C', async () => {
    const interrupt = new AbortController();
    const address = await serve({
      watchTask: async function* (_, context) {
        yield { event: { $case: 'task', value: running } };
        const ended = new Promise((resolve) => {
          context.signal.addEventListener('abort', resolve);
        });
        interrupt.abort();
        await ended;
      },
    });
    const run = await cli([...address, 'watch', 't1'], { signal: interrupt.signal });
    expect(run.exitCode).toBe(130);
    expect(run.stderr).not.toContain('error');
  });
});

describe('cutroom', () => {
  it('get prints every known fact', async () => {
    const address = await serve({
      getTask: ({ name }) => Promise.resolve(name === 'tasks/t1' ? failed : task({ name })),
    });
    const run = await cli([...address, 'get', 't1']);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('state    FAILED');
    expect(run.stdout).toContain('error    INPUT_NOT_MEDIA (spec.montage.materials[0].uri): not a picture');
    expect(JSON.parse((await cli([...address, 'get', 'tasks/t2', '--json'])).stdout)).toMatchObject({
      name: 'tasks/t2',
      state: 'QUEUED',
    });
  });

  it('list prints one page and the token of the next, or with --all every page', async () => {
    const address = await serve({
      listTasks: ({ pageSize, pageToken }) =>
        Promise.resolve({
          tasks: [task({ taskId: `page-${pageToken || 'first'}-of-${pageSize}` })],
          nextPageToken: pageToken === '' ? 'second' : '',
        }),
    });
    const one = await cli([...address, 'list', '--page-size', '7']);
    expect(one.stdout).toMatch(/^page-first-of-7 +QUEUED +0 %\n$/);
    expect(one.stderr).toContain('--page-token second');
    const all = await cli([...address, 'list', '--all', '--json']);
    expect(
      all.stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { tasks: { taskId: string }[] }).tasks[0]?.taskId),
    ).toEqual(['page-first-of-0', 'page-second-of-0']);
    expect(all.stderr).toBe('');
  });

  it('list passes over empty pages to the first with a task, or the last', async () => {
    const address = await serve({
      listTasks: ({ pageToken, filter }) =>
        Promise.resolve({
          tasks: pageToken === 'third' && filter === '' ? [task({ taskId: 'found' })] : [],
          nextPageToken: { '': 'second', second: 'third', third: 'fourth' }[pageToken] ?? '',
        }),
    });
    const found = await cli([...address, 'list']);
    expect(found.stdout).toMatch(/^found +QUEUED +0 %\n$/);
    expect(found.stderr).toContain('--page-token fourth');
    const none = await cli([...address, 'list', '--filter', 'labels.a = b']);
    expect([none.stdout, none.stderr]).toEqual(['', '']);
  });

  it('cancel prints the state of the answer', async () => {
    const address = await serve({ cancelTask: () => Promise.resolve(task({ state: CANCELLED })) });
    expect(await cli([...address, 'cancel', 't1'])).toEqual({ exitCode: 0, stdout: 't1  CANCELLED\n', stderr: '' });
  });
});

describe('cutroom', () => {
  it.each([
    [Status.NOT_FOUND, 1],
    [Status.FAILED_PRECONDITION, 1],
    [Status.INTERNAL, 1],
    [Status.UNAVAILABLE, 2],
    [Status.RESOURCE_EXHAUSTED, 2],
    [Status.ABORTED, 2],
  ])('turns status %d into exit code %d', async (status, exitCode) => {
    const address = await serve({ getTask: (_, context) => failWith(context, status, 'because') });
    const run = await cli([...address, 'get', 't1']);
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).toContain(`error: ${Status[status]}: because`);
  });

  it('exits with the code for a retry when a server does not answer in time, and sends the deadline', async () => {
    let deadlineSeen: AbortSignal | undefined;
    const address = await serve({
      getTask: (_, context) => {
        deadlineSeen = context.signal;
        return new Promise(() => undefined);
      },
    });
    const run = await cli([...address, '--timeout', '0.2', 'get', 't1']);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('DEADLINE_EXCEEDED');
    await expect.poll(() => deadlineSeen?.aborted).toBe(true);
  });

  it('exits with the code for a retry when no server answers, and names the address', async () => {
    const server = await startFakeServer({});
    server.stop();
    const run = await cli(['get', 't1'], { env: { CUTROOM_GRPC_ADDRESS: server.address } });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(server.address);
  });

  it.each([
    [['no-such-command']],
    [['get']],
    [['list', '--page-size', 'many']],
    [['--timeout', '-1', 'get', 't1']],
    [['get', 't1', '--no-such-option']],
  ])('exits with the code of wrong usage for %j', async (args) => {
    const run = await cli(args);
    expect(run).toMatchObject({ exitCode: 64, stdout: '' });
    expect(run.stderr).toMatch(/^error: /);
  });

  it('exits with 0 when help is asked for, and explains the exit codes there', async () => {
    const run = await cli(['--help']);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('Exit codes');
  });
});
