import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Status } from 'nice-grpc';
import { Task_State } from '../../../generated/cutroom/v1/task.js';
import type { TaskServiceImplementation } from '../../../generated/cutroom/v1/task_service.js';
import { nodeProblem } from '../../../src/config/node-version.js';
import { cli, failWith, type FakeServer, startFakeServer, task } from './cli-harness.js';

const root = join(import.meta.dirname, '../../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

let server: FakeServer | undefined;
afterEach(() => {
  server?.stop();
});
async function serve(methods: Partial<TaskServiceImplementation>): Promise<string[]> {
  server = await startFakeServer(methods);
  return ['--address', server.address];
}

it('cutroom prints its release', async () => {
  expect(await cli(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
});

describe('a server that does not answer', () => {
  it('is named, with the question whether it runs, and without the message of the gRPC library', async () => {
    const { exitCode, stderr } = await cli(['--address', '127.0.0.1:1', 'get', 't1']);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'error: UNAVAILABLE: no server answers at 127.0.0.1:1: is it running? (cutroom serve; --address)\n',
    );
  });

  it('is tried at the usual port when only its host is given', async () => {
    const { stderr } = await cli(['--address', 'no-such-host.invalid', 'get', 't1']);
    expect(stderr).toContain(' no-such-host.invalid:50051: ');
  });

  it('is not reported as down when it answers that it is not ready', async () => {
    const address = await serve({
      getTask: (_, context) => failWith(context, Status.NOT_FOUND, 'there is no task t1'),
    });
    expect((await cli([...address, 'get', 't1'])).stderr).not.toContain('is it running');
  });
});

describe('the beginning of an id', () => {
  const ids = [
    '0198aaaa-0000-7000-8000-000000000001',
    '0198aaaa-0000-7000-8000-000000000002',
    '0198bbbb-0000-7000-8000-000000000003',
  ];
  const methods: Partial<TaskServiceImplementation> = {
    listTasks: () => Promise.resolve({ tasks: ids.map((taskId) => task({ taskId })), nextPageToken: '' }),
    getTask: (request) => Promise.resolve(task({ name: request.name, taskId: request.name.slice(6) })),
  };

  it('finds the only task whose id begins so', async () => {
    const { exitCode, stdout } = await cli([...(await serve(methods)), 'get', '0198BBBB']);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(ids[2]!)]);
  });

  it('is refused with the candidates when several ids begin so', async () => {
    const { exitCode, stderr } = await cli([...(await serve(methods)), 'get', '0198aaaa']);
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining(`${ids[0]!}, ${ids[1]!}`)]);
  });
});

it('cutroom watch prints on Ctrl-C that the task continues, and the command that shows it again', async () => {
  const interrupt = new AbortController();
  const address = await serve({
    async *watchTask() {
      yield { event: { $case: 'task', value: task({ state: Task_State.RUNNING }) } };
      interrupt.abort(new Error('interrupted'));
      await new Promise(() => undefined);
    },
  });
  const { exitCode, stderr } = await cli([...address, 'watch', 't1'], { signal: interrupt.signal });
  expect(exitCode).toBe(130);
  expect(stderr).toContain('the task goes on; see it again: cutroom watch t1; end it: cutroom cancel t1\n');
});

describe('colours', () => {
  const methods: Partial<TaskServiceImplementation> = {
    listTasks: () => Promise.resolve({ tasks: [task({ state: Task_State.FAILED })], nextPageToken: '' }),
  };

  it('mark states on a terminal', async () => {
    expect((await cli([...(await serve(methods)), 'list'], { isTTY: true })).stdout).toContain(
      '\u001b[31mFAILED\u001b[39m',
    );
  });

  it.each([
    ['anywhere else', { isTTY: false }],
    ['with NO_COLOR', { isTTY: true, env: { NO_COLOR: '1' } }],
    ['on a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }],
  ])('are absent %s', async (_, options) => {
    expect((await cli([...(await serve(methods)), 'list'], options)).stdout).not.toContain('\u001b');
  });
});

describe('the check of the Node version', () => {
  it.each(['18.20.4', '20.18.1'])('refuses %s', (old) => {
    expect(nodeProblem(old)).toBe(`Node ${old} is too old: install Node 20.19 or later`);
  });

  it.each(['20.19.0', '22.1.0', process.versions.node])('accepts %s', (good) => {
    expect(nodeProblem(good)).toBeNull();
  });

  it('stops every command before anything else is loaded', () => {
    // An old Node is played by the version that the process reports.
    const preload = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"18.0.0"})';
    const command = join(root, 'dist/src/cli/cutroom.js');
    for (const args of [['serve'], ['list'], ['--help']]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', preload, command, ...args], {
        encoding: 'utf8',
      });
      expect({ status, stdout, stderr }).toEqual({
        status: 78,
        stdout: '',
        stderr: 'cutroom: Node 18.0.0 is too old: install Node 20.19 or later\n',
      });
    }
  });
});
