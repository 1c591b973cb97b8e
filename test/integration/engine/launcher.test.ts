import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLauncher, type Launcher } from '../../../src/engine/process/launcher.js';
import type { ProgressBlock } from '../../../src/engine/process/progress.js';
import { mayPass } from '../../../src/engine/render-failure.js';
import {
  runSupervised,
  type Supervise,
  type SupervisedCommand,
  type SupervisedResult,
} from '../../../src/engine/process/supervisor.js';
import { RenderError } from '../../../src/task/failure.js';
import { eventually } from '../../support/eventually.js';
import { longestBlockOf } from '../../support/longest-block.js';

const CLOCKS = {
  stallMs: 60_000,
  quietMs: 60_000,
  noProgressMs: 60_000,
  totalMs: 60_000,
  maxRssBytes: 4 * 1024 ** 3,
};

let folder: string;
let launcher: Launcher;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutroom-launcher-'));
  launcher = createLauncher();
  await ready(launcher);
});
afterAll(async () => {
  launcher.close();
  await rm(folder, { recursive: true, force: true });
});

const ready = (of: Launcher) => eventually('the launcher is ready', () => of.pid(), 30_000);

type Options = Partial<SupervisedCommand> & { readonly by?: Supervise };

function run(
  program: string,
  args: readonly string[],
  { by = launcher.supervise, ...options }: Options = {},
): Promise<SupervisedResult> {
  return by({
    program,
    args,
    wrapper: [],
    env: { PATH: process.env.PATH ?? '' },
    clocks: CLOCKS,
    signal: new AbortController().signal,
    ...options,
  });
}

const sh = (script: string, options: Options = {}) => run('sh', ['-c', script], options);

/** A process that is there and no zombie. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

/** A program that runs until it is killed, once it has started. */
async function sleeper(options: Options = {}): Promise<{ pid: number; result: Promise<SupervisedResult> }> {
  let pid: number | null = null;
  const result = run('sleep', ['300'], { onStart: (number) => (pid = number), ...options });
  return { result, pid: await eventually('the program runs', () => pid) };
}

describe('a launcher', () => {
  it('starts programs, not this process', async () => {
    const stop = new AbortController();
    const { pid, result } = await sleeper({ signal: stop.signal });
    expect(parentOf(pid)).toBe(launcher.pid());
    expect(parentOf(launcher.pid()!)).toBe(process.pid);
    stop.abort(new Error('enough'));
    await expect(result).rejects.toThrow('enough');
    expect(isAlive(pid)).toBe(false);
  });

  it('returns what runSupervised returns', async () => {
    const script = 'echo out; seq 1 30000 >&2; exit 3';
    const [ours, direct] = await Promise.all([
      sh(script, { maxStdoutBytes: 100 }),
      sh(script, { maxStdoutBytes: 100, by: runSupervised }),
    ]);
    expect({ ...ours, cpuMs: 0, peakRssBytes: 0 }).toEqual({ ...direct, cpuMs: 0, peakRssBytes: 0 });
    expect(ours.stdout.toString()).toBe('out\n');
  });

  it('carries much output whole', async () => {
    const { stdout } = await sh('seq 1 200000', { maxStdoutBytes: 2_000_000 });
    expect(stdout.toString()).toBe(Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join(''));
  });

  it('reports progress and standard error as they come, before the result', async () => {
    const blocks: ProgressBlock[] = [];
    const heard: Buffer[] = [];
    let isOver = false;
    const script = String.raw`printf 'frame=1\nprogress=continue\nframe=2\nprogress=end\n' >&3; echo said >&2`;
    const result = sh(script, {
      onProgress: (block) => {
        expect(isOver).toBe(false);
        blocks.push(block);
      },
      onStderr: (chunk) => heard.push(chunk),
    });
    await result;
    isOver = true;
    expect(blocks.map(({ frame, ended }) => [frame, ended])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(Buffer.concat(heard).toString()).toBe('said\n');
  });

  it('lets programs inherit the open files of this process, also one whose path is gone', async () => {
    const file = path.join(folder, 'input');
    await writeFile(file, 'content');
    const handle = await open(file);
    await rm(file);
    try {
      const { stdout } = await sh(`cat /proc/self/fd/${handle.fd}`, { inherit: [handle.fd], maxStdoutBytes: 100 });
      expect(stdout.toString()).toBe('content');
    } finally {
      await handle.close();
    }
  });

  it('rejects with the error of the start and with its code', async () => {
    await expect(run('no-such-program', [])).rejects.toMatchObject({
      code: 'ENOENT',
      syscall: 'spawn no-such-program',
    });
    const error: unknown = await run('true', [], { cwd: path.join(folder, 'missing') }).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({ code: 'ENOENT' });
  });

  it('rejects with a RenderError while it has no descriptors', async () => {
    const starved = createLauncher();
    try {
      execFileSync('prlimit', [`--pid=${await ready(starved)}`, '--nofile=1:1']);
      const error: unknown = await run('true', [], { by: starved.supervise, patienceMs: 1 }).catch(
        (cause: unknown) => cause,
      );
      expect(error).toBeInstanceOf(RenderError);
      expect((error as RenderError).failure.reason).toBe('OUT_OF_PROCESSES');
      expect((error as RenderError).cause).toMatchObject({ code: 'EMFILE' });
    } finally {
      starved.close();
    }
  });

  it('does not start a program whose signal has fired', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(run('true', [], { signal })).rejects.toThrow('too late');
  });

  it('blocks this process for less than a start by itself does', async () => {
    // The page tables of a service: a fork copies them.
    const ballast = Array.from({ length: 150 }, () => Buffer.alloc(1024 ** 2, 1));
    const COUNT = 20;
    // The least of several: a collection of garbage and other processes lengthen some blocks, and never all.
    const longest = async (by: Supervise) => {
      const times: number[] = [];
      for (let n = 0; n < COUNT; n += 1) times.push((await longestBlockOf(() => run('true', [], { by }))).longestMs);
      return Math.min(...times);
    };
    const [ours, direct] = [await longest(launcher.supervise), await longest(runSupervised)];
    expect(ours).toBeLessThan(direct * 0.5);
    expect(ballast.length).toBe(150);
  });
});

/** A process that runs a program by a launcher and prints the numbers of both: `node …` */
const PARENT = [
  '--import',
  fileURLToPath(new URL('../../support/typescript-hooks.mjs', import.meta.url)),
  fileURLToPath(new URL('../../support/launching-parent.ts', import.meta.url)),
];

describe('a process with a launcher', () => {
  it('ends by itself once nothing runs, and the launcher with it', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [...PARENT, 'true']);
    const { pid, launcher: other } = JSON.parse(stdout) as { pid: number; launcher: number };
    await eventually('both are gone', () => !isAlive(pid) && !isAlive(other));
  });

  it('leaves nothing when it is killed, also without the protection of the cage', async () => {
    const parent = spawn(process.execPath, [...PARENT, 'sleep', '300'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const { pid, launcher: other } = JSON.parse(line) as { pid: number; launcher: number };
    expect([isAlive(pid), isAlive(other)]).toEqual([true, true]);
    parent.kill('SIGKILL');
    await eventually('both are gone', () => !isAlive(pid) && !isAlive(other));
  });
});

describe('the end of a launcher', () => {
  it('fails what it runs, kills it, and lets the step be repeated; another takes its place', async () => {
    const ended: string[] = [];
    const mortal = createLauncher({ log: { warn: (_, message) => ended.push(message) } });
    try {
      const first = await ready(mortal);
      const { pid, result } = await sleeper({ by: mortal.supervise });
      process.kill(first, 'SIGKILL');
      const error: unknown = await result.catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(RenderError);
      expect(error).toMatchObject({ message: 'the process that supervises tools ended (SIGKILL)' });
      expect(mayPass(error)).toBe(true);
      await eventually('the program is gone', () => !isAlive(pid));
      expect(ended).toEqual(['the launcher of tools ended']);
      // By this process, which starts the next launcher too.
      expect((await run('true', [], { by: mortal.supervise })).exitCode).toBe(0);
      expect(await ready(mortal)).not.toBe(first);
      expect((await run('true', [], { by: mortal.supervise })).exitCode).toBe(0);
    } finally {
      mortal.close();
    }
  });

  it('comes when it is silent, as one that is stopped', async () => {
    const stopped = createLauncher({ aliveMs: 200 });
    try {
      const first = await ready(stopped);
      // Longer than the silence of one that is stopped may last.
      expect((await run('sleep', ['4'], { by: stopped.supervise })).exitCode).toBe(0);
      const { pid, result } = await sleeper({ by: stopped.supervise });
      process.kill(first, 'SIGSTOP');
      await expect(result).rejects.toMatchObject({ message: 'the process that supervises tools ended (SIGKILL)' });
      await eventually('both are gone', () => !isAlive(pid) && !isAlive(first));
    } finally {
      stopped.close();
    }
  });

  it('comes with close, and kills what it runs; later programs are started all the same', async () => {
    const closed = createLauncher();
    const first = await ready(closed);
    const { pid, result } = await sleeper({ by: closed.supervise });
    closed.close();
    await expect(result).rejects.toBeInstanceOf(RenderError);
    await eventually('both are gone', () => !isAlive(pid) && !isAlive(first));
    expect((await run('true', [], { by: closed.supervise })).exitCode).toBe(0);
    expect(closed.pid()).toBe(null);
  });

  it('does not come with a signal that is meant for the service', async () => {
    const pid = await ready(launcher);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    expect((await run('true', [])).exitCode).toBe(0);
    expect(launcher.pid()).toBe(pid);
  });
});
