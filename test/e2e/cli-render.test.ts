import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { spawnService } from '../support/spawned-service.js';

const run = promisify(execFile);
const bin = fileURLToPath(new URL('../../dist/src/cli/cutroom.js', import.meta.url));

let media: string;
/** Where the videos of one test go: what is in it at the end is what is left behind. */
let out: string;
beforeAll(async () => {
  media = await mkdtemp(join(tmpdir(), 'cutroom-render-media-'));
  await run('ffmpeg', [
    '-loglevel',
    'error',
    '-f',
    'lavfi',
    '-i',
    'color=teal:size=64x64',
    '-frames:v',
    '1',
    join(media, 'a.png'),
  ]);
  await writeFile(join(media, 'fake.mp4'), 'this is text, not a video');
});
beforeEach(async () => {
  out = await mkdtemp(join(media, 'out-'));
});
afterAll(async () => {
  await rm(media, { recursive: true });
});

async function spec(montage: object): Promise<string> {
  const file = join(media, 'spec.json');
  await writeFile(file, JSON.stringify({ montage: { resolution: 144, ...montage } }));
  return file;
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [bin, 'render', ...args], {
    cwd: out,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const done = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr, [exitCode]]) => ({
      exitCode: exitCode as number | null,
      stdout,
      stderr,
    }),
  );
  return { child, done };
}
const render = (...args: string[]) => start(args).done;

/** Processes whose working folder lies in `folder`. */
async function processesIn(folder: string): Promise<string[]> {
  const { stdout } = await run('bash', [
    '-c',
    `for p in /proc/[0-9]*; do c=$(readlink $p/cwd) || continue; [[ $c == "$0"/* ]] && tr '\\0' ' ' < $p/cmdline; done; true`,
    folder,
  ]);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('cutroom render', () => {
  it('renders without a server, with inputs relative to the spec, and leaves only the video', async () => {
    const result = await render(await spec({ materials: [{ uri: 'a.png' }], longestClip: '1s' }), '-o', 'video.mp4');
    expect(result).toMatchObject({ exitCode: 0, stdout: `${pathToFileURL(join(out, 'video.mp4')).href}\n` });
    expect(result.stderr).toMatch(/RENDERING, .*\n[^]*SUCCEEDED in .*: final-1\.mp4 {2}144x256, 1\.0 s, 30 frames/);
    expect(result.stderr).not.toContain('\u001b');
    expect(await readdir(out)).toEqual(['video.mp4']);
    expect((await readFile(join(out, 'video.mp4'))).subarray(4, 8).toString()).toBe('ftyp');
  });

  it('ignores the settings of a service', async () => {
    const file = await spec({ materials: [{ uri: join(media, 'a.png') }], longestClip: '1s' });
    const env = {
      CUTROOM_GRPC_ADDRESS: 'render.example:443',
      MONGODB_URI: 'mongodb://nowhere.example/',
      CUTROOM_INPUT_ROOTS: '/nowhere',
    };
    expect(await start([file, '-o', 'video.mp4'], env).done).toMatchObject({ exitCode: 0 });
  });

  it('prints a task at each change with --json, the last with the video and the commands', async () => {
    const result = await render(
      await spec({ materials: [{ uri: 'a.png' }], longestClip: '1s' }),
      '-o',
      'video.mp4',
      '--json',
    );
    const tasks = result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(result.stderr).toBe('');
    expect(tasks[0]).toMatchObject({ state: 'RUNNING', progress: 0, videos: [] });
    expect(tasks.at(-1)).toMatchObject({
      state: 'SUCCEEDED',
      progress: 100,
      videos: [pathToFileURL(join(out, 'video.mp4')).href],
    });
    expect(tasks.at(-1)).toHaveProperty('diagnostics.commands');
  });

  it('prints the commands of the render with --print-command, in the syntax of a shell', async () => {
    const result = await render(
      await spec({ materials: [{ uri: 'a.png' }], longestClip: '1s' }),
      '-o',
      'video.mp4',
      '--print-command',
    );
    const lines = result.stdout.split('\n');
    expect(lines.find((line) => line.startsWith('ffmpeg ') && line.includes('libx264'))).toContain("-map '[video0]'");
    expect(lines).toContain('# graph.txt:');
    await run('bash', ['-n', '-c', lines.slice(1).join('\n')]);
  });

  it('refuses a bad spec with every violation, and creates no folder', async () => {
    const result = await render(await spec({ materials: [{ uri: 'missing.png' }], resolution: 7 }), '-o', 'video.mp4');
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    for (const field of ['spec.montage.materials[0].uri', 'spec.montage.resolution'])
      expect(result.stderr).toContain(`\n  ${field}: `);
    expect(await readdir(out)).toEqual([]);
  });

  it('keeps an earlier video when the render fails, and can print its commands', async () => {
    await writeFile(join(out, 'video.mp4'), 'of yesterday');
    const result = await render(await spec({ materials: [{ uri: 'fake.mp4' }] }), '-o', 'video.mp4', '--print-command');
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toMatch(/FAILED in .*: INPUT_NOT_MEDIA \(spec\.montage\.materials\[0\]\.uri\): /);
    expect(result.stdout).toMatch(/^# exit [1-9].*\nffprobe /m);
    expect(await readdir(out)).toEqual(['video.mp4']);
    expect(await readFile(join(out, 'video.mp4'), 'utf8')).toBe('of yesterday');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'leaves no process, no scratch and no part of a video after %s',
    async (signal) => {
      await writeFile(join(out, 'video.mp4'), 'of yesterday');
      const { child, done } = start([
        await spec({ materials: [{ uri: 'a.png' }], longestClip: '100s', resolution: 360 }),
        '-o',
        'video.mp4',
      ]);
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      await eventually('frames are made', () => /RENDERING, [1-9]/.test(stderr), 30_000);
      // Between two sections none runs.
      await eventually('ffmpeg runs', async () => (await processesIn(out)).some((each) => each.includes('ffmpeg')));
      child.kill(signal);
      expect(await done).toMatchObject({ exitCode: 130, stdout: '' });
      expect(await processesIn(out)).toEqual([]);
      expect(await readdir(out)).toEqual(['video.mp4']);
      expect(await readFile(join(out, 'video.mp4'), 'utf8')).toBe('of yesterday');
    },
  );

  it('leaves no process after kill -9', async () => {
    const { child, done } = start([
      await spec({ materials: [{ uri: 'a.png' }], longestClip: '600s' }),
      '-o',
      'video.mp4',
    ]);
    await eventually(
      'ffmpeg runs',
      async () => (await processesIn(out)).some((command) => command.includes('libx264')),
      30_000,
    );
    child.kill('SIGKILL');
    await done;
    await eventually('ffmpeg is gone', async () => (await processesIn(out)).length === 0);
  });

  it.each([
    [['-o', 'video.webm'], 'the output is a .mp4 file: name it video.webm.mp4'],
    [['-o', 'no/such/video.mp4'], 'there is no folder no/such'],
    [[], "required option '-o, --output"],
  ])('exits with the code of wrong usage for %j', async (options, message) => {
    const result = await render(await spec({ materials: [{ uri: 'a.png' }] }), ...options);
    expect(result.exitCode).toBe(64);
    expect(result.stderr).toContain(message);
  });

  it('names the package to install when ffmpeg is missing', async () => {
    const result = await start([await spec({ materials: [{ uri: 'a.png' }] }), '-o', 'video.mp4'], {
      CUTROOM_FFMPEG: 'no-such-ffmpeg',
    }).done;
    expect(result).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no-such-ffmpeg not found: install ffmpeg') as unknown,
    });
    expect(await readdir(out)).toEqual([]);
  });
});

it('cutroom doctor finds the running service, and reports no conflict for its ports and its store', async () => {
  const data = await mkdtemp(join(tmpdir(), 'cutroom-doctor-e2e-'));
  const env = { CUTROOM_DATA_DIR: data, CUTROOM_INPUT_ROOTS: media };
  const service = await spawnService(env);
  try {
    const { stdout } = await run(process.execPath, [bin, 'doctor'], {
      env: {
        ...process.env,
        ...env,
        CUTROOM_GRPC_ADDRESS: service.grpc,
        CUTROOM_HTTP_ADDRESS: new URL(service.http).host,
      },
    });
    expect(stdout).toMatch(/^ok {4}service {9}runs here/m);
  } finally {
    await service.stop();
    await rm(data, { recursive: true });
  }
});
