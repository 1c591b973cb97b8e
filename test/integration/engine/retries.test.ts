import { readdir, readFile, readlink } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CommandRun } from '../../../src/task/diagnostics.js';
import { failureOf } from '../../../src/task/failure.js';
import { clipOf, copyOutput, formOfLayers, h264, movingSource } from '../../support/copy-bench.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const SIZE = { width: 320, height: 180 };
/** Without loss the same frames give the same bytes; a limited rate depends on how threads run. */
const OUTPUTS = [copyOutput({ streamCopy: false, quality: 'LOSSLESS' })];
let bench: RenderBench;

beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.make('long.mp4', [...movingSource('10', 15, '320x180'), ...h264()]);
});
afterAll(() => bench.close());
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
});

const form = () =>
  formOfLayers([{ kind: 'clips', clips: [clipOf('long.mp4', 0, 150)] }], 150, { num: 10, den: 1 }, SIZE);

/** The tools of this bench that have an argument. */
async function toolsWith(argument: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      if (!cwd.startsWith(bench.scratchRoot)) return [];
      const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      return args.includes(argument) ? [pid] : [];
    }),
  );
  return found.flat();
}

/** Kills a tool with an argument so often, each time as soon as it is there. @returns the pids. */
async function killEach(argument: string, times: number, isOver: () => boolean): Promise<number[]> {
  const killed: number[] = [];
  while (killed.length < times && !isOver()) {
    const [pid] = (await toolsWith(argument)).filter((one) => !killed.includes(one));
    if (pid === undefined) continue;
    process.kill(pid, 'SIGKILL');
    killed.push(pid);
  }
  return killed;
}

async function renderWhileKilling(argument: string, times: number) {
  const commands: CommandRun[] = [];
  let isOver = false;
  const render = bench
    .render(
      form(),
      { onDiagnostics: (diagnostics) => commands.push(...diagnostics.commands) },
      {},
      { outputs: OUTPUTS },
    )
    .finally(() => {
      isOver = true;
    });
  const [result, killed] = await Promise.allSettled([render, killEach(argument, times, () => isOver)]);
  return { result, commands, killed: killed.status === 'fulfilled' ? killed.value : [] };
}

const runsOf = (commands: readonly CommandRun[], argument: string) =>
  commands
    .filter((command) => command.arguments.includes(argument))
    .map(({ signal, exitCode }) => ({ signal, exitCode }));

describe('a tool that is killed from outside', () => {
  it('is run again alone, and the video is the same', async () => {
    const plain = await bench.render(form(), {}, {}, { outputs: OUTPUTS });
    const { result, commands, killed } = await renderWhileKilling('section-0-1.graph', 1);
    expect(killed).toHaveLength(1);
    expect(result).toMatchObject({ status: 'fulfilled', value: { output: { sha256: plain.output.sha256 } } });
    expect(runsOf(commands, 'section-0-1.graph')).toEqual([
      { signal: 'SIGKILL', exitCode: -1 },
      { signal: '', exitCode: 0 },
    ]);
    for (const other of ['section-0-0.graph', 'soundtrack-0.graph'])
      expect(runsOf(commands, other)).toEqual([{ signal: '', exitCode: 0 }]);
  });

  it('is run again twice in all, and then ends the attempt', async () => {
    const { result, commands, killed } = await renderWhileKilling('section-0-1.graph', 3);
    expect(killed).toHaveLength(2);
    expect(result.status).toBe('rejected');
    const failure = failureOf(result.status === 'rejected' ? result.reason : null);
    expect(failure).toEqual({ reason: 'RENDER_FAILED', message: 'ffmpeg was ended by SIGKILL', field: '' });
    expect(runsOf(commands, 'section-0-1.graph')).toHaveLength(2);
  });

  it('says nothing of an input that it was looking at', async () => {
    const { result, commands, killed } = await renderWhileKilling('file:inputs/0', 1);
    expect(killed).toHaveLength(1);
    expect(result.status).toBe('fulfilled');
    expect(commands.filter(({ signal }) => signal === 'SIGKILL')).toHaveLength(1);
  });
});
