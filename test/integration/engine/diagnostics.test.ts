import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandRun, Diagnostics } from '../../../src/task/diagnostics.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.video('m0.mp4', { size: '160x284', colors: ['aa2222'], secondsEach: 2 });
  await bench.media.video('busy.mp4', { size: '640x360', colors: [], secondsEach: 4, source: 'testsrc2' });
  await bench.media.file('text.mp4', 'no video\n'.repeat(50));
});
afterAll(() => bench.close());

type Told = Omit<Diagnostics, 'attempt'>;
const ffmpegsOf = ({ commands }: Told): readonly CommandRun[] => commands.filter((run) => run.program === 'ffmpeg');

describe('the diagnostics of an attempt', () => {
  it('have every command with its graph and cost, and no path of the server', async () => {
    const told: Told[] = [];
    await bench.render(montageOf(1), { onDiagnostics: (d) => told.push(d) });
    expect(told).toHaveLength(1);
    const [diagnostics] = told;
    const [render] = ffmpegsOf(diagnostics!);
    expect(diagnostics!.ffmpegVersion).toBe(bench.toolchain.version);
    expect(render).toMatchObject({ exitCode: 0, signal: '', watchdog: '' });
    expect(render!.filterGraph).toContain('[video0]');
    expect(render!.arguments).toContain('libx264');
    expect(render!.lastProgress).toMatch(/frame=60[\s\S]*progress=end/);
    expect(render!.peakMemoryBytes).toBeGreaterThan(1_000_000);
    expect(render!.wallMs).toBeGreaterThan(0);
    expect(diagnostics!.commands.some((run) => run.program === 'ffprobe')).toBe(true);
    for (const secret of [bench.media.folder, bench.scratchRoot])
      expect(JSON.stringify(diagnostics)).not.toContain(secret);
  });

  it('are reported once when it fails, with the message of the failing command', async () => {
    const told: Told[] = [];
    await bench.failure(montageOf(1, { materials: [{ uri: 'text.mp4', field: 'spec.montage.materials[0].uri' }] }), {
      onDiagnostics: (d) => told.push(d),
    });
    expect(told).toHaveLength(1);
    const last = told[0]!.commands.at(-1)!;
    expect(last).toMatchObject({ program: 'ffprobe', exitCode: 1 });
    expect(last.stderr).not.toBe('');
  });

  it('name the watchdog clock that ended a command, by the task’s own limit', async () => {
    const told: Told[] = [];
    const spec = montageOf(20, {
      width: 1080,
      height: 1920,
      materials: Array.from({ length: 20 }, (_, i) => ({ uri: 'busy.mp4', field: `spec.montage.materials[${i}].uri` })),
    });
    const failure = await bench.failure(
      spec,
      { onDiagnostics: (d) => told.push(d) },
      {},
      { timeouts: { totalMs: 1500 } },
    );
    expect(failure.reason).toBe('DEADLINE_EXCEEDED');
    const ended = ffmpegsOf(told[0]!).filter(({ watchdog }) => watchdog !== '');
    expect(ended).not.toEqual([]);
    for (const command of ended)
      expect(command).toMatchObject({ watchdog: 'DEADLINE_EXCEEDED', signal: 'SIGKILL', exitCode: -1 });
  });
});

describe('the log of a render', () => {
  it('has the task, the attempt and the ids of the submit on each line', async () => {
    const lines: object[] = [];
    const keep = (fields: object, message: string) => lines.push({ ...fields, message });
    const trace = { requestId: 'r-1', traceparent: '00-1-2-01' };
    await bench.render(montageOf(1), {}, {}, { trace, log: { debug: keep, warn: keep } });
    const ids = { task: expect.stringMatching(/^tasks\/./) as string, attempt: 1, ...trace };
    expect(lines).toContainEqual(expect.objectContaining({ ...ids, message: 'ffmpeg ended' }));
    for (const line of lines) expect(line).toMatchObject(ids);
  });
});

describe('a limit of a task', () => {
  it('ends it when inputs do not come in time, with the late input', async () => {
    const assets = {
      check: () => Promise.resolve(null),
      sizeOf: () => Promise.resolve(null),
      fetch: (_: string, { signal }: { signal: AbortSignal }) =>
        new Promise<string>((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        }),
    };
    const failure = await bench.failure(montageOf(1), {}, {}, { assets, timeouts: { fetchMs: 50 } });
    expect(failure).toMatchObject({ reason: 'FETCH_TIMEOUT', field: 'spec.montage.materials[0].uri' });
  });
});
