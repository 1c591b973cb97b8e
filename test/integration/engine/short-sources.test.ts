import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkComposition } from '../../../src/composition/check-composition.js';
import { type Composition, visualClips } from '../../../src/composition/composition.js';
import { createFrameBench, type FrameBench } from '../../support/frame-bench.js';
import { compose, type Json } from '../../support/timeline.js';

let bench: FrameBench;

/** Frames of the short videos, at 30 frames per second. */
const SHORT = 12;
const LONG = 90;

beforeAll(async () => {
  bench = await createFrameBench();
  const lossless = ['-frames:v', String(LONG), '-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0'];
  for (const [name, source] of [
    ['one', 'testsrc2=s=96x72:r=30'],
    ['other', 'testsrc=s=96x72:r=30,hue=h=120'],
  ] as const) {
    const begin = ['-f', 'lavfi', '-i', `${source},trim=end_frame=${SHORT},format=yuv420p`];
    await bench.media.make(`${name}-short.mp4`, [...begin, ...lossless]);
    await bench.media.make(`${name}-HOLD.mp4`, [...begin, '-vf', `tpad=stop_mode=clone:stop=${LONG}`, ...lossless]);
    await bench.media.make(`${name}-LOOP.mp4`, [...begin, '-vf', `loop=loop=-1:size=${SHORT}`, ...lossless]);
  }
});
afterAll(() => bench.close());

const facts = {
  visual: Object.fromEntries(
    ['one', 'other'].flatMap((name) => [
      [`${name}-short.mp4`, SHORT / 30],
      [`${name}-HOLD.mp4`, LONG / 30],
      [`${name}-LOOP.mp4`, LONG / 30],
    ]),
  ),
};

interface Case {
  readonly kind: string;
  readonly shortSource: 'HOLD' | 'LOOP';
  /** Of the transition; clips have 45 frames. */
  readonly frames: number;
  readonly look?: Json;
}

/** Two clips with a transition, and a wipe at both ends, of short videos or of long ones with the same frames. */
function twoClips(videos: 'short' | 'long', { kind, shortSource, frames, look = {} }: Case) {
  const clip = (name: string, more: Json) => ({
    video:
      videos === 'short'
        ? { uri: `${name}-short.mp4`, shortSource: `SHORT_SOURCE_${shortSource}`, muted: true }
        : { uri: `${name}-${shortSource}.mp4`, muted: true },
    duration: '1.5s',
    ...look,
    ...more,
  });
  const transition = { kind, duration: `${(frames / 30).toFixed(6)}s` };
  const { composition } = compose(
    {
      canvas: { width: 96, height: 72 },
      tracks: [
        {
          clips: [
            clip('one', { enter: { kind: 'KIND_WIPE_RIGHT', duration: '0.5s' } }),
            clip('other', { transition, exit: { kind: 'KIND_WIPE_LEFT', duration: '0.4s' } }),
          ],
        },
      ],
    },
    facts,
  );
  return composition;
}

describe('a video that is shorter than its clip', () => {
  it.each<Case>([
    { kind: 'fade', shortSource: 'LOOP', frames: 20 },
    { kind: 'wipeleft', shortSource: 'LOOP', frames: 25 },
    { kind: 'fade', shortSource: 'HOLD', frames: 20 },
    { kind: 'slideup', shortSource: 'HOLD', frames: 30 },
    {
      kind: 'fade',
      shortSource: 'LOOP',
      frames: 20,
      look: { layout: { box: { width: 50, height: 50 } }, rotation: 10 },
    },
    { kind: 'circleopen', shortSource: 'HOLD', frames: 26, look: { opacity: 0.5, blend: 'BLEND_MODE_SCREEN' } },
  ])('goes on in a transition by $kind that is longer than what is left of it: $shortSource', async (one) => {
    const [short, long] = [twoClips('short', one), twoClips('long', one)];
    await drawNothing(short);
    expect(visualClips(short).length).toBeGreaterThan(visualClips(long).length);
    const [is, wanted] = [await bench.frames(short), await bench.frames(long)];
    expect(is.count).toBe(wanted.count);
    expect(differing(is.bytes, wanted.bytes, is.count)).toEqual([]);
    // A section may begin and end anywhere in the transition.
    const startFrame = 45 - one.frames;
    for (const section of [
      { startFrame: startFrame + 2, frames: 5 },
      { startFrame: startFrame + 9, frames: one.frames },
      { startFrame: 0, frames: startFrame + 8 },
    ]) {
      const part = await bench.frames(short, section);
      const size = is.bytes.length / is.count;
      const whole = is.bytes.subarray(section.startFrame * size, (section.startFrame + section.frames) * size);
      expect(differing(part.bytes, whole, section.frames), JSON.stringify(section)).toEqual([]);
    }
  });

  it('has a transition over all of its frames, and one from end to end of a clip', () => {
    const composition = twoClips('short', { kind: 'fade', shortSource: 'LOOP', frames: 30 });
    expect(() => {
      checkComposition(composition);
    }).not.toThrow();
  });
});

/** What wipes come from and go to. */
async function drawNothing({ drawings = [] }: Composition): Promise<void> {
  for (const { uri, width, height } of drawings)
    await bench.media.make(`${uri.slice('drawing:'.length)}.png`, [
      ...['-f', 'lavfi', '-i', `color=c=black@0:s=${width}x${height},format=rgba`, '-frames:v', '1'],
    ]);
}

/** The frames that are not the same to the last bit. */
function differing(is: Buffer, wanted: Buffer, count: number): number[] {
  const size = wanted.length / count;
  return Array.from({ length: count }, (_, i) => i).filter(
    (i) => !is.subarray(i * size, (i + 1) * size).equals(wanted.subarray(i * size, (i + 1) * size)),
  );
}
