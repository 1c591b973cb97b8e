import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../../src/task/failure.js';
import { readSound, readVideo } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';
import { formOf, type Json, track } from '../../support/timeline.js';

/** A picture that gets brighter from frame to frame, 25 a second for 2 s, with a tone. */
const FRAMES = 50;
const CANVAS = { canvas: { width: 64, height: 64, frameRate: '25' } };

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.make('rising.mp4', [
    ...['-f', 'lavfi', '-i', `nullsrc=size=64x64:rate=25:duration=2,format=gray,geq=lum='20+4*N'`],
    ...['-f', 'lavfi', '-i', 'sine=frequency=1000:sample_rate=48000:duration=2'],
    ...['-c:v', 'libx264', '-qp', '4', '-pix_fmt', 'yuv420p', '-g', '12'],
  ]);
});
afterAll(() => bench.close());

/** The brightness of each frame, and the loudest sample. */
async function render(timeline: Json): Promise<{ grey: number[]; peak: number; warnings: readonly unknown[] }> {
  const { file, warnings } = await bench.render(formOf({ ...CANVAS, ...timeline }));
  const { frames } = await readVideo(file);
  const { left } = await readSound(file);
  const grey = frames.map((frame) => frame[3 * (32 * 64 + 32) + 1]!);
  return { grey, peak: left.reduce((most, value) => Math.max(most, Math.abs(value)), 0), warnings };
}

const still = (trimStart: string, clip: Json = {}) => ({
  ...{ video: { uri: 'rising.mp4', freeze: true, trimStart }, duration: '2.4s' },
  ...clip,
});

describe('a video that stands still', () => {
  it('shows the frame of its time, for longer than the file lasts, in silence', async () => {
    const { grey: played } = await render(track({ video: { uri: 'rising.mp4' } }));
    expect(played).toHaveLength(FRAMES);
    for (const [trimStart, frame] of [
      ['0s', 0],
      ['0.48s', 12],
      ['1s', 25],
      // Within the time of a frame, and at the end of the last.
      ['1.03s', 25],
      ['1.99s', FRAMES - 1],
    ] as const) {
      const { grey, peak, warnings } = await render(track(still(trimStart)));
      expect(grey).toHaveLength(60);
      for (const value of grey) expect(Math.abs(value - played[frame]!), `at ${trimStart}`).toBeLessThanOrEqual(1);
      expect(peak).toBe(0);
      expect(warnings).toEqual([]);
    }
  });

  it('stands between the parts of a video that plays', async () => {
    const { grey, peak } = await render(
      track({ video: { uri: 'rising.mp4' }, duration: '0.8s' }, still('0.8s', { duration: '0.4s' }), {
        video: { uri: 'rising.mp4', trimStart: '0.8s' },
      }),
    );
    expect(grey).toHaveLength(60);
    const [before, stood, after] = [grey.slice(0, 20), grey.slice(20, 30), grey.slice(30)];
    expect(Math.max(...stood) - Math.min(...stood)).toBeLessThanOrEqual(1);
    expect(Math.abs(stood[0]! - after[0]!)).toBeLessThanOrEqual(1);
    for (const part of [before, after])
      for (let i = 1; i < part.length; i += 1) expect(part[i]!).toBeGreaterThan(part[i - 1]!);
    expect(peak).toBeGreaterThan(0.05);
  });

  it('keeps its frame in transitions, boxes and animations', async () => {
    const { grey } = await render({
      tracks: [
        {
          clips: [still('1s', { duration: '1s' }), still('0.2s', { duration: '1s', transition: { duration: '0.4s' } })],
        },
        { clips: [still('1.8s', { duration: '1.6s', layout: { box: { x: 0, y: 0, width: 25, height: 25 } } })] },
      ],
    });
    expect(grey).toHaveLength(40);
    for (let i = 1; i < 40; i += 1)
      if (i <= 15 || i > 25)
        expect(Math.abs(grey[i]! - grey[i - 1]!), `frame ${i}`).toBeLessThanOrEqual(i === 15 || i === 26 ? 30 : 1);
    for (let i = 16; i < 25; i += 1) expect(grey[i]!).toBeLessThan(grey[i - 1]!);
  });

  it('fails for a time after the end of its file, and names the field', async () => {
    const failed = await bench.render(formOf({ ...CANVAS, ...track(still('2.5s')) })).catch((error: unknown) => error);
    expect(failureOf(failed)).toMatchObject({
      reason: 'CLIP_TOO_SHORT',
      field: 'spec.timeline.tracks[0].clips[0].video.trim_start',
    });
  });
});
