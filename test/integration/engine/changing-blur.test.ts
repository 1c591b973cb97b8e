import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFrameBench, type FrameBench, type RawFrames } from '../../support/frame-bench.js';
import { compose, type Json } from '../../support/timeline.js';

let bench: FrameBench;
beforeAll(async () => {
  bench = await createFrameBench();
  await bench.media.make('move.mp4', [
    ...['-f', 'lavfi', '-i', 'testsrc2=s=96x72:r=30,trim=end_frame=40', '-c:v', 'libx264', '-qp', '0'],
  ]);
  const disc = "format=rgba,geq=r='200':g='200':b='X*4':a='255*lt(hypot(X-24,Y-24),20)'";
  await bench.media.make('disc.png', ['-f', 'lavfi', '-i', `color=c=black:s=48x48,${disc}`, '-frames:v', '1']);
});
afterAll(() => bench.close());

const FACTS = { visual: { 'move.mp4': 40 / 30, 'disc.png': 'image' as const } };
const video = { video: { uri: 'move.mp4', muted: true }, duration: '1.2s' };
const image = {
  image: { uri: 'disc.png' },
  duration: '1.2s',
  layout: { box: { x: 20, y: 20, width: 60, height: 60 } },
};

/** A short side of 72 pixels: a deviation of 15 on the wire is one pixel. */
const canvas = { width: 96, height: 72, background: '#405060' };
const PIXEL = 15;

function composed(clip: Json) {
  return compose({ canvas, tracks: [{ clips: [clip] }] }, FACTS).composition;
}

const key = (seconds: number, pixels: number, easing?: string) => ({
  ...{ property: 'PROPERTY_BLUR', time: `${seconds.toFixed(6)}s`, value: pixels * PIXEL },
  ...(easing === undefined ? {} : { easing }),
});

/** None up to frame 6, 4 pixels at frame 16 and to frame 20, a step to 1 at frame 30. */
const keyframes = [key(0.2, 0), key(16 / 30, 4), key(20 / 30, 4), key(1, 1, 'step-end')];
const wanted = (frame: number) => (frame < 6 ? 0 : frame < 16 ? ((frame - 6) * 4) / 10 : frame < 30 ? 4 : 1);

/** The largest difference between a frame of one and a frame of the other. */
function difference(is: RawFrames, at: number, other: RawFrames, frame: number): number {
  const size = is.bytes.length / is.count;
  let most = 0;
  for (let i = 0; i < size; i += 1)
    most = Math.max(most, Math.abs(is.bytes[at * size + i]! - other.bytes[frame * size + i]!));
  return most;
}

describe('a blur with keyframes', () => {
  it.each([
    ['a video', { ...video, layout: { box: { height: 90 } } }],
    ['a picture with alpha', image],
    ['a turned video with round corners', { ...video, rotation: 20, layout: image.layout }],
  ])('blurs each frame of %s by its own value, as a blur that stands still would', async (_, clip) => {
    const moving = await bench.frames(composed({ ...clip, keyframes }));
    expect(moving.count).toBe(36);
    for (const frame of [0, 6, 7, 15, 16, 29, 30]) {
      const still = await bench.frames(composed({ ...clip, blur: wanted(frame) * PIXEL }), {
        startFrame: frame,
        frames: 1,
      });
      // What has alpha goes through RGB to be blurred, and without a blur does not.
      const rounding = clip === image && wanted(frame) === 0 ? 4 : 0;
      expect(difference(moving, frame, still, 0), `frame ${frame}`).toBeLessThanOrEqual(rounding);
    }
    const part = await bench.frames(composed({ ...clip, keyframes }), { startFrame: 9, frames: 12 });
    for (let i = 0; i < 12; i += 1) expect(difference(part, i, moving, 9 + i), `frame ${9 + i} of a section`).toBe(0);
  });

  it('goes on where a video begins again, and never swings below nothing', async () => {
    const source = { video: { uri: 'move.mp4', muted: true, trimStart: '1s', shortSource: 'SHORT_SOURCE_LOOP' } };
    const looped = await bench.frames(composed({ ...source, duration: '1.2s', keyframes }));
    const still = await bench.frames(composed({ ...source, duration: '1.2s', blur: 4 * PIXEL }));
    for (const frame of [16, 20, 25, 29]) expect(difference(looped, frame, still, frame), `frame ${frame}`).toBe(0);
    const swinging = composed({ ...video, keyframes: [key(0, 0), key(1, 2, 'cubic-bezier(0.3, -2, 0.7, 1)')] });
    expect((await bench.frames(swinging)).count).toBe(36);
  });
});
