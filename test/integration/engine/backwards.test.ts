import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode } from '../../fixtures/run-ffmpeg.js';
import { onsets } from '../../support/audio-content.js';
import { readSound } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';
import { formOf, type Json, track } from '../../support/timeline.js';

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  // 50 frames, each of its own grey from black to white, with few key frames and frames that refer to later ones; a beep at 0.3 s, which goes on for 0.05 s, and one at 1.4 s.
  const grey = "color=c=black:s=64x64:r=25:d=2,format=gray,geq=lum='16+4*N',format=yuv420p";
  const beeps = "aevalsrc='0.4*sin(2*PI*1000*t)*(between(t,0.3,0.35)+between(t,1.4,1.45))':s=48000:d=2";
  const codec = ['-c:v', 'libx264', '-preset', 'medium', '-g', '40', '-bf', '3', '-qp', '4'];
  await bench.media.make('greys.mp4', ['-f', 'lavfi', '-i', grey, '-f', 'lavfi', '-i', beeps, ...codec, '-c:a', 'aac']);
  await bench.media.make('beeps.wav', ['-f', 'lavfi', '-i', beeps]);
});
afterAll(() => bench.close());

const timeline = (more: Json, ...clips: Json[]) =>
  formOf({ canvas: { width: 64, height: 64, frameRate: '25' }, ...track(...clips), ...more });

/** The number of the file's frame that each frame shows. */
async function shownIn(file: string): Promise<number[]> {
  const raw = await decode(['-i', file, '-vf', 'scale=1:1:flags=area,format=gray', '-f', 'rawvideo', '-']);
  return Array.from(raw, (luma) => Math.round((luma - 16) / 4));
}

const from = (first: number, count: number, step = -1) => Array.from({ length: count }, (_, i) => first + i * step);

describe('a video that plays backwards', () => {
  it('shows all of its frames, the last one first, and its sound with them', async () => {
    const { file } = await bench.render(timeline({}, { video: { uri: 'greys.mp4', reverse: true } }));
    expect(await shownIn(file)).toEqual(from(49, 50));
    const [first, second] = onsets((await readSound(file)).left);
    expect(Math.abs(first! - (2 - 1.45))).toBeLessThan(0.005);
    expect(Math.abs(second! - (2 - 0.35))).toBeLessThan(0.005);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('mirrors what its trim, speed and length make, also where the timeline ends before it', async () => {
    const clip = (more: Json) => ({ video: { uri: 'greys.mp4', muted: true, reverse: true, ...more } });
    const { file } = await bench.render(
      timeline(
        { duration: '2.4s' },
        { ...clip({ trimStart: '0.4s' }), duration: '0.8s' },
        { ...clip({ speed: 2 }), flipHorizontal: true },
        { ...clip({}), transition: { duration: '0.2s' } },
      ),
    );
    const frames = await shownIn(file);
    expect(frames).toHaveLength(60);
    expect(frames.slice(0, 20)).toEqual(from(29, 20));
    // 25 frames of every second one.
    expect(frames.slice(20, 40)).toEqual(from(48, 20, -2));
    // The last clip would last 2 s and is cut after 0.8 s.
    expect(frames.slice(45)).toEqual(from(44, 15));
  });

  it('shows the same within a timeline in a clip that begins later, and sounds so', async () => {
    const tracks = [{ clips: [{ video: { uri: 'greys.mp4', reverse: true } }] }];
    const nested = { timeline: { width: 64, height: 64, trimStart: '0.2s', tracks }, duration: '1.6s' };
    const { file } = await bench.render(timeline({}, nested));
    expect(await shownIn(file)).toEqual(from(44, 40));
    const [first, second] = onsets((await readSound(file)).left);
    expect(Math.abs(first! - (2 - 1.45 - 0.2))).toBeLessThan(0.005);
    expect(Math.abs(second! - (2 - 0.35 - 0.2))).toBeLessThan(0.005);
  });

  it('is the same in sections', async () => {
    const clip = { video: { uri: 'greys.mp4', speed: 0.25, reverse: true, muted: true } };
    const loop = timeline({}, clip, clip);
    const { file } = await bench.render(loop);
    const frames = await shownIn(file);
    expect(frames).toHaveLength(400);
    const slow = Array.from({ length: 200 }, (_, i) => 49 - Math.floor(i / 4));
    expect(frames).toEqual([...slow, ...slow]);
  });
});

describe('audio that plays backwards', () => {
  it('begins with its end, at its speed', async () => {
    const audio = (more: Json) => ({ audio: { uri: 'beeps.wav', reverse: true, ...more } });
    const form = timeline({}, { ...audio({ trimStart: '0.2s' }), duration: '1.6s' }, { ...audio({ speed: 2 }) });
    const { file } = await bench.render(form);
    const found = onsets((await readSound(file)).left);
    // From 1.8 s of the file back to 0.2 s; then the whole at twice the speed.
    const expected = [1.8 - 1.45, 1.8 - 0.35, 1.6 + (2 - 1.45) / 2, 1.6 + (2 - 0.35) / 2];
    expect(found).toHaveLength(4);
    // The end of a sound is less sharp at another speed.
    for (const [i, time] of expected.entries())
      expect(Math.abs(found[i]! - time), `beep ${i}`).toBeLessThan(i < 2 ? 0.005 : 0.03);
  });

  it('has the silence first that its file lacks', async () => {
    const audio = { uri: 'beeps.wav', reverse: true };
    const { file } = await bench.render(timeline({}, { audio, duration: '2.4s' }));
    const [first] = onsets((await readSound(file)).left);
    expect(Math.abs(first! - (2.4 - 1.45))).toBeLessThan(0.005);
  });
});
