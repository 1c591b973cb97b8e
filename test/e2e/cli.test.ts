import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { spawnService, type SpawnedService } from '../support/spawned-service.js';

const bin = fileURLToPath(new URL('../../dist/src/cli/cutroom.js', import.meta.url));

let folder: string;
/** Beside the input root: the service refuses a data folder within it. */
let data: string;
let service: SpawnedService;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-cli-e2e-'));
  data = await mkdtemp(join(tmpdir(), 'cutroom-cli-data-'));
  const ffmpeg = spawn('ffmpeg', [
    '-loglevel',
    'error',
    '-f',
    'lavfi',
    '-i',
    'color=teal:size=64x64',
    '-frames:v',
    '1',
    join(folder, 'a.png'),
  ]);
  await once(ffmpeg, 'close');
  service = await spawnService(env());
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
  await rm(data, { recursive: true });
});

function env(): Record<string, string> {
  return {
    CUTROOM_DATA_DIR: join(data, 'data'),
    CUTROOM_INPUT_ROOTS: folder,
    CUTROOM_LEASE_MS: '1000',
    CUTROOM_HEARTBEAT_MS: '100',
  };
}

async function spec(name: string, montage: object): Promise<string> {
  await writeFile(join(folder, name), JSON.stringify({ montage }));
  return join(folder, name);
}

function start(args: readonly string[], address = service.grpc) {
  const child = spawn(process.execPath, [bin, '--address', address, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const done = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr, [exitCode]]) => ({
      exitCode: exitCode as number | null,
      stdout,
      stderr,
    }),
  );
  return { child, done };
}
const cutroom = (...args: string[]) => start(args).done;

describe('the command line against the service', () => {
  it('submits, watches to the end, and prints the URL of an MP4', async () => {
    const run = await cutroom(
      'submit',
      await spec('short.json', { materials: [{ uri: 'a.png' }], longestClip: '1s', resolution: 144 }),
      '--watch',
    );
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stderr).toMatch(/SUCCEEDED in .*: final-1\.mp4 {2}144x256, 1\.0 s, 30 frames/);
    const video = Buffer.from(await (await fetch(run.stdout.trim())).arrayBuffer());
    expect(video.subarray(4, 8).toString()).toBe('ftyp');
  });

  it('prints every violation of a bad spec with its field', async () => {
    const run = await cutroom(
      'submit',
      await spec('bad.json', { materials: [{ uri: 'missing.png' }], resolution: 7, backgroundColor: 'red' }),
    );
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    for (const field of ['spec.montage.materials[0].uri', 'spec.montage.resolution', 'spec.montage.background_color']) {
      expect(run.stderr).toContain(`\n  ${field}: `);
    }
  });

  it('exits with 1 and the reason for a watched task that FAILED', async () => {
    await writeFile(join(folder, 'fake.mp4'), 'this is text, not a video');
    const run = await cutroom('submit', await spec('fake.json', { materials: [{ uri: 'fake.mp4' }] }), '--watch');
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toContain('FAILED');
    expect(run.stderr).toContain('INPUT_NOT_MEDIA (spec.montage.materials[0].uri): ');
  });

  it('resumes a watch when the server is killed and started again on its port', async () => {
    const first = await spawnService({ ...env(), CUTROOM_DATA_DIR: join(data, 'restart') });
    const submit = await start(
      ['submit', await spec('long.json', { materials: [{ uri: 'a.png' }], longestClip: '40s', resolution: 360 })],
      first.grpc,
    ).done;
    const watch = start(['watch', submit.stdout.trim()], first.grpc);
    let stderr = '';
    watch.child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await eventually('the render is under way', () => stderr.includes('RENDERING'));
    await first.kill();
    await eventually('a note of the loss', () => stderr.includes('lost the connection to the server'));
    const second = await spawnService({
      ...env(),
      CUTROOM_DATA_DIR: join(data, 'restart'),
      CUTROOM_GRPC_ADDRESS: first.grpc,
    });
    try {
      expect(await watch.done).toMatchObject({ exitCode: 0 });
    } finally {
      await second.stop();
    }
  });

  it('exits with 130 on Ctrl-C and leaves the task running, and exits with 1 in the watch of a cancelled one', async () => {
    const submit = await cutroom(
      'submit',
      await spec('longer.json', { materials: [{ uri: 'a.png' }], longestClip: '600s' }),
    );
    const id = submit.stdout.trim();
    const watch = start(['--json', 'watch', id]);
    await once(watch.child.stdout, 'data');
    watch.child.kill('SIGINT');
    expect(await watch.done).toMatchObject({ exitCode: 130 });
    expect((await cutroom('get', id)).stdout).toMatch(/state +(QUEUED|RUNNING)/);
    expect(await cutroom('cancel', id)).toMatchObject({ exitCode: 0, stdout: `${id}  CANCELLED\n` });
    expect(await cutroom('watch', id)).toMatchObject({ exitCode: 1 });
    expect((await cutroom('list', '--all')).stdout).toMatch(new RegExp(`^${id} +CANCELLED`, 'm'));
  });

  it('exits with 0 when the reader of its output leaves early', async () => {
    const list = spawn(process.execPath, [bin, '--address', service.grpc, '--json', 'list', '--all'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    list.stdout.destroy();
    await once(list, 'exit');
    expect(list.exitCode).toBe(0);
  });
});
