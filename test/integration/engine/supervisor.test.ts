import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_TOOL_PATHS, findToolchain } from '../../../src/engine/capabilities.js';
import type { Toolchain } from '../../../src/engine/toolchain.js';
import { findNewerFfmpeg } from '../../../scripts/lib/newer-ffmpeg.mjs';
import { killStrays } from '../../../src/engine/process/kill-strays.js';
import type { ProgressBlock } from '../../../src/engine/process/progress.js';
import {
  runSupervised,
  type SupervisedCommand,
  type SupervisedResult,
} from '../../../src/engine/process/supervisor.js';
import type { Clocks } from '../../../src/engine/process/watchdog.js';
import { skipWithoutNewerFfmpeg } from '../../support/newer-ffmpeg.js';
import { eventually } from '../../support/eventually.js';
import { underLoad } from '../../support/load.js';

const PATIENT: Clocks = {
  stallMs: 30_000,
  quietMs: 30_000,
  noProgressMs: 30_000,
  totalMs: 30_000,
  maxRssBytes: 4 * 1024 ** 3,
};
/** Tests of hung programs cannot wait for 20 s. */
const HASTY: Partial<Clocks> = { stallMs: 800, quietMs: 600 };
const PROGRESS = ['-nostdin', '-v', 'error', '-stats_period', '0.1', '-progress', 'pipe:3'];

let folder: string;
let tools: Toolchain;
let fifo: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutroom-supervisor-'));
  tools = await findToolchain(DEFAULT_TOOL_PATHS, new AbortController().signal);
  fifo = path.join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(
  program: string,
  args: readonly string[],
  options: Partial<Omit<SupervisedCommand, 'clocks'>> & { clocks?: Partial<Clocks> } = {},
): Promise<SupervisedResult> {
  return runSupervised({
    program,
    args,
    wrapper: tools.wrapper,
    env: { PATH: process.env.PATH ?? '' },
    signal: new AbortController().signal,
    ...options,
    clocks: { ...PATIENT, ...options.clocks },
  });
}

const ffmpeg = (args: readonly string[], options: Parameters<typeof run>[2] = {}) =>
  run(tools.ffmpeg, [...PROGRESS, ...args], { onProgress: () => undefined, ...options });

/** A process that is there and no zombie. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

/** The processes whose command line has a marker in it. */
function pidsWith(marker: string): number[] {
  const found = execFileSync('sh', ['-c', `grep -lsa -- "$1" /proc/[0-9]*/cmdline || true`, 'sh', marker], {
    encoding: 'utf8',
  });
  return found.split('\n').flatMap((line) => {
    const pid = Number(/\/proc\/(\d+)\//.exec(line)?.[1] ?? 0);
    const name = pid > 0 && isAlive(pid) ? readFileSync(`/proc/${pid}/comm`, 'utf8').trim() : '';
    return ['ffmpeg', 'sleep'].includes(name) ? [pid] : [];
  });
}

/** Leaves a process in a session of its own, whose number is then in the file `$1`. */
const DETACH = `setsid sh -c 'echo $$ >"$1".new; mv "$1".new "$1"; exec sleep 300' sh "$1" & until [ -s "$1" ]; do sleep 0.05; done`;

describe('runSupervised', () => {
  it('returns exit code, output and the end of standard error', async () => {
    const result = await run('sh', ['-c', 'echo out; seq 1 30000 >&2; exit 3'], { maxStdoutBytes: 100 });
    expect(result).toMatchObject({ exitCode: 3, signal: null, firedClock: null, stdoutOverflow: false });
    expect(result.stdout.toString()).toBe('out\n');
    expect(result.stderrTail.endsWith('30000\n')).toBe(true);
    expect(result.stderrTail.length).toBeLessThanOrEqual(64 * 1024 + 1);
  });

  it('reports progress in rising numbers', async () => {
    const blocks: ProgressBlock[] = [];
    const result = await ffmpeg(
      ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=30:d=10', '-c:v', 'libx264', '-preset', 'slow', '-f', 'null', '-'],
      { onProgress: (block) => blocks.push(block) },
    );
    expect(result.exitCode).toBe(0);
    expect(blocks.at(-1)).toMatchObject({ ended: true, frame: 300 });
    // By decoding time, which is behind by the frames that x264 reorders.
    expect(blocks.at(-1)?.outTimeUs).toBeGreaterThan(9_800_000);
    const frames = blocks.map(({ frame }) => frame ?? 0);
    expect(frames).toEqual([...frames].sort((a, b) => a - b));
    expect(result.peakRssBytes).toBeGreaterThan(10 * 1024 ** 2);
    expect(result.cpuMs).toBeGreaterThan(0);
  });

  it('does not count a slowly rising output time as progress', async () => {
    // Half a millisecond of output for 25 of work.
    const program = `
      for (let outTimeUs = 6e6; ; outTimeUs += 500) {
        for (const since = process.cpuUsage(); process.cpuUsage(since).user < 25e3; );
        require('node:fs').writeSync(3, 'frame=180\\nout_time_us=' + outTimeUs + '\\nprogress=continue\\n');
      }`;
    const times: number[] = [];
    const result = await run(process.execPath, ['-e', program], {
      clocks: { noProgressMs: 3_000 },
      onProgress: (block) => times.push(block.outTimeUs ?? 0),
    });
    expect(result).toMatchObject({ firedClock: 'NO_PROGRESS', signal: 'SIGKILL' });
    expect(new Set(times).size).toBeGreaterThan(1);
  });

  it('ends a program that is past its planned end, and lets one end by itself that has reached it', async () => {
    const tone = ['-f', 'lavfi', '-i', 'sine=d=3600', '-f', 'null', '-'];
    expect(await ffmpeg(tone, { planned: { endUs: 2_000_000, frameUs: 40_000 } })).toMatchObject({
      firedClock: 'OVERRUN',
      signal: 'SIGKILL',
    });
    expect(await ffmpeg(['-t', '2', ...tone], { planned: { endUs: 2_000_000, frameUs: 40_000 } })).toMatchObject({
      firedClock: null,
      exitCode: 0,
    });
  });

  it('ends a program that writes without end', async () => {
    const result = await run('yes', [], { maxStdoutBytes: 1_000_000 });
    expect(result).toMatchObject({ stdoutOverflow: true, signal: 'SIGKILL' });
    expect(result.stdout.length).toBeLessThanOrEqual(1_000_000);
  });

  it('rejects when the program does not exist', async () => {
    await expect(run('no-such-program', [], { wrapper: [] })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('does not wait for a descendant that keeps the pipes open', async () => {
    const start = performance.now();
    const result = await run('sh', ['-c', DETACH, 'sh', path.join(folder, 'pid')], { maxStdoutBytes: 100 });
    expect(result.exitCode).toBe(0);
    expect(performance.now() - start).toBeLessThan(underLoad(5_000));
    const pid = Number(await readFile(path.join(folder, 'pid'), 'utf8'));
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  it('kills processes that a program leaves behind in its group', async () => {
    const result = await run('sh', ['-c', 'sleep 300 & echo $!'], { maxStdoutBytes: 100 });
    const pid = Number(result.stdout.toString());
    await eventually('the sleep is gone', () => !isAlive(pid), 2_000);
  });

  it('reads pipes to their end, also when this process was late', async () => {
    const text = 'x'.repeat(60_000);
    const runs = [1, 2].map(() => run('sh', ['-c', `printf %s ${text}`], { maxStdoutBytes: 100_000 }));
    // Both end, and their output lies in the pipes, while nothing else runs here.
    const untilMs = performance.now() + 1_000;
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (performance.now() < untilMs);
    for (const result of await Promise.all(runs)) expect(result.stdout.length).toBe(text.length);
  });

  it('waits while there are no descriptors for another process, and rejects when there never are', async () => {
    const hooks = fileURLToPath(new URL('../../support/typescript-hooks.mjs', import.meta.url));
    const script = fileURLToPath(new URL('../../support/starved-parent.ts', import.meta.url));
    const { stdout } = await promisify(execFile)('prlimit', [
      '--nofile=64:64',
      process.execPath,
      '--import',
      hooks,
      script,
    ]);
    expect(JSON.parse(stdout)).toEqual({ starved: 'OUT_OF_PROCESSES', relieved: 0 });
  });
});

describe('killStrays', () => {
  it('kills processes that work in a folder, also in a session of their own, and no others', async () => {
    const [inside, outside] = [path.join(folder, 'in'), path.join(folder, 'in-not')];
    await Promise.all([inside, outside].map((name) => mkdir(name)));
    const pidIn = async (cwd: string) => {
      await run('sh', ['-c', DETACH, 'sh', `${cwd}.pid`], { cwd });
      return Number(await readFile(`${cwd}.pid`, 'utf8'));
    };
    const [stray, other] = [await pidIn(inside), await pidIn(outside)];
    await killStrays(inside);
    await eventually('the stray is gone', () => !isAlive(stray), 2_000);
    expect(isAlive(other)).toBe(true);
    process.kill(other, 'SIGKILL');
  });
});

describe('a cancel', () => {
  it('kills ffmpeg and its descendants within a second', async () => {
    const abort = new AbortController();
    const marker = path.join(folder, 'cancelled.mkv');
    const script = `sleep 61.5 & exec "$0" -nostdin -v error -re -f lavfi -i testsrc2=s=320x180:r=30 -y "$1"`;
    const running = run('sh', ['-c', script, tools.ffmpeg, marker], { signal: abort.signal });
    await eventually('ffmpeg runs', () => pidsWith(marker).length === 1 && pidsWith('61.5').length === 1);
    const start = performance.now();
    abort.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    expect(performance.now() - start).toBeLessThan(underLoad(1_000));
    expect([...pidsWith(marker), ...pidsWith('61.5')]).toEqual([]);
  });

  it('prevents the start when it comes before it', async () => {
    await expect(run('true', [], { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
  });
});

describe('the death of the parent', () => {
  it('ends ffmpeg too', async () => {
    const marker = path.join(folder, 'orphan.mkv');
    const hooks = fileURLToPath(new URL('../../support/typescript-hooks.mjs', import.meta.url));
    const script = fileURLToPath(new URL('../../support/supervised-parent.ts', import.meta.url));
    const args = ['-nostdin', '-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=30', '-y', marker];
    const parent = spawn(
      process.execPath,
      ['--import', hooks, script, JSON.stringify(tools.wrapper), tools.ffmpeg, ...args],
      { stdio: 'ignore' },
    );
    const [pid] = await eventually(
      'ffmpeg runs',
      () => (pidsWith(marker).length > 0 ? pidsWith(marker) : null),
      30_000,
    );
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await eventually('ffmpeg is gone', () => !isAlive(pid!), 2_000);
  });
});

describe('the watchdog', () => {
  it('fires STALL for an input that never comes', async () => {
    const result = await ffmpeg(['-i', fifo, '-f', 'null', '-'], { clocks: HASTY });
    expect(result).toMatchObject({ firedClock: 'STALL', signal: 'SIGKILL' });
  });

  it.skipIf(skipWithoutNewerFfmpeg())('fires STALL for an ffmpeg that keeps reporting while it hangs', async () => {
    const part = path.join(folder, 'part.ts');
    await ffmpeg(['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=30:d=2', '-c:v', 'libx264', part]);
    // The input stops in the middle and stays open.
    const writer = spawn('sh', ['-c', 'exec >"$1"; head -c 60000 "$0"; exec sleep 300', part, fifo], {
      stdio: 'ignore',
    });
    try {
      let reports = 0;
      const args = [...PROGRESS, '-probesize', '5000', '-analyzeduration', '0', '-i', fifo, '-f', 'null', '-'];
      const result = await run(findNewerFfmpeg()!.ffmpeg, args, { clocks: HASTY, onProgress: () => (reports += 1) });
      expect(result).toMatchObject({ firedClock: 'STALL', signal: 'SIGKILL' });
      expect(reports).toBeGreaterThan(4);
    } finally {
      writer.kill('SIGKILL');
    }
  });

  it('fires STALL for a hanging ffprobe', async () => {
    const result = await run(tools.ffprobe, ['-v', 'error', fifo], { clocks: HASTY, maxStdoutBytes: 1_000 });
    expect(result.firedClock).toBe('STALL');
  });

  it('fires STALL for a stopped process', async () => {
    const marker = path.join(folder, 'stopped.mkv');
    const running = ffmpeg(['-re', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=30', '-y', marker], { clocks: HASTY });
    const [pid] = await eventually('ffmpeg runs', () => (pidsWith(marker).length > 0 ? pidsWith(marker) : null));
    process.kill(pid!, 'SIGSTOP');
    expect((await running).firedClock).toBe('STALL');
    expect(isAlive(pid!)).toBe(false);
  });

  it('fires NO_PROGRESS for a busy process only after its own limit', async () => {
    // `reverse` holds everything back until its input ends; this one never does.
    const endless = [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=64x64:r=30',
      '-vf',
      'scale=640:360,scale=64:64,reverse',
      '-f',
      'null',
      '-',
    ];
    const start = performance.now();
    const result = await ffmpeg(endless, { clocks: { ...HASTY, noProgressMs: 3_000 } });
    expect(result.firedClock).toBe('NO_PROGRESS');
    expect(performance.now() - start).toBeGreaterThan(2_900);
  });

  it('fires TOTAL despite progress', async () => {
    const result = await ffmpeg(['-re', '-f', 'lavfi', '-i', 'testsrc2=s=64x64:r=30', '-f', 'null', '-'], {
      clocks: { totalMs: 1_000 },
    });
    expect(result.firedClock).toBe('TOTAL');
  });

  it('fires MEMORY for a process that uses too much', async () => {
    const result = await ffmpeg(
      ['-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=30', '-vf', 'reverse', '-f', 'null', '-'],
      { clocks: { maxRssBytes: 200 * 1024 ** 2 } },
    );
    expect(result.firedClock).toBe('MEMORY');
    expect(result.peakRssBytes).toBeGreaterThan(200 * 1024 ** 2);
  });

  it('does not fire for a render that is slow but works', async () => {
    const result = await ffmpeg(
      [
        '-f',
        'lavfi',
        '-i',
        'testsrc2=s=640x360:r=30:d=2',
        '-vf',
        'reverse',
        '-c:v',
        'libx264',
        '-preset',
        'veryslow',
        '-f',
        'null',
        '-',
      ],
      { clocks: HASTY },
    );
    expect(result).toMatchObject({ firedClock: null, exitCode: 0 });
  });
});
