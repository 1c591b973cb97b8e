import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_OUTPUTS, type OutputSpec } from '../../../src/composition/output-spec.js';
import { readSound } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';
import { formOf, type Json, track } from '../../support/timeline.js';

/** Sound alone: no picture is to be drawn for it. */
const SOUND: OutputSpec = { ...DEFAULT_OUTPUTS[0]!, format: { kind: 'audio', format: 'M4A' } };
const AMPLITUDE = 0.4;
const CANVAS = { canvas: { width: 64, height: 64 } };

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.tones('tone.wav', { hz: [1_000], secondsEach: 4, amplitude: AMPLITUDE });
  await bench.media.make('tone.mp4', [
    ...['-f', 'lavfi', '-i', 'color=gray:size=64x64:rate=30:duration=4'],
    ...['-f', 'lavfi', '-i', `aevalsrc=exprs='${AMPLITUDE}*sin(2*PI*1000*t)':s=48000:d=4`, '-shortest'],
  ]);
  await bench.media.make('mute.mp4', ['-f', 'lavfi', '-i', 'color=gray:size=64x64:rate=30:duration=4']);
});
afterAll(() => bench.close());

/** Renders a timeline; answers the amplitude of its tone at a time, as a share of the file's. */
async function levels(timeline: Json): Promise<(seconds: number) => number> {
  const { file } = await bench.render(formOf({ ...CANVAS, ...timeline }), {}, {}, { outputs: [SOUND] });
  const { left } = await readSound(file);
  return (seconds) => {
    // Whole periods around it.
    const from = Math.round(seconds * 48_000) - 240;
    const part = left.subarray(from, from + 480);
    return Math.sqrt((2 * part.reduce((sum, value) => sum + value * value, 0)) / part.length) / AMPLITUDE;
  };
}

const MIDDLES = [
  ['FADE_CURVE_UNSPECIFIED', 0.5],
  ['FADE_CURVE_LINEAR', 0.5],
  ['FADE_CURVE_EQUAL_POWER', Math.SQRT1_2],
  ['FADE_CURVE_S_CURVE', 0.5],
  ['FADE_CURVE_EXPONENTIAL', 10 ** -2.5],
  ['FADE_CURVE_LOGARITHMIC', 0.94],
] as const;

describe('a fade of sound', () => {
  it('rises and falls by its curve', async () => {
    const clips = MIDDLES.map(([curve]) => ({
      audio: { uri: 'tone.wav', sound: { fadeIn: '1s', fadeInCurve: curve, fadeOut: '1s', fadeOutCurve: curve } },
      duration: '3s',
    }));
    const at = await levels(track(...clips));
    for (const [i, [curve, middle]] of MIDDLES.entries()) {
      expect(at(3 * i + 0.5), curve).toBeCloseTo(middle, 1.5);
      expect(at(3 * i + 1.5), curve).toBeCloseTo(1, 1.5);
      expect(at(3 * i + 2.5), curve).toBeCloseTo(middle, 1.5);
    }
  });

  it('has a curve of its own at each end', async () => {
    const sound = {
      fadeIn: '1s',
      fadeInCurve: 'FADE_CURVE_LOGARITHMIC',
      fadeOut: '1s',
      fadeOutCurve: 'FADE_CURVE_EXPONENTIAL',
    };
    const at = await levels(track({ audio: { uri: 'tone.wav', sound }, duration: '3s' }));
    expect(at(0.5)).toBeGreaterThan(0.9);
    expect(at(2.5)).toBeLessThan(0.02);
  });
});

describe('the sound of a transition', () => {
  /** A tone for 2 s, from which one second leads to silence. */
  const into = (transition: Json, sound: Json = {}) =>
    track(
      { video: { uri: 'tone.mp4', sound }, duration: '2s' },
      { video: { uri: 'mute.mp4' }, duration: '2s', transition: { duration: '1s', ...transition } },
    );

  it('cross-fades by its curve', async () => {
    const clips = MIDDLES.flatMap(([audioCurve]) => [
      { video: { uri: 'tone.mp4' }, duration: '2s' },
      { video: { uri: 'mute.mp4' }, duration: '2s', transition: { duration: '1s', audioCurve } },
    ]);
    const at = await levels(track(...clips));
    for (const [i, [curve, middle]] of MIDDLES.entries()) {
      expect(at(3 * i + 0.5), curve).toBeCloseTo(1, 1.5);
      expect(at(3 * i + 1.5), curve).toBeCloseTo(middle, 1.5);
    }
  });

  it('has the curve of a longer fade of its own', async () => {
    const own = { fadeOut: '1.5s', fadeOutCurve: 'FADE_CURVE_EXPONENTIAL' };
    const at = await levels(into({ audioCurve: 'FADE_CURVE_LOGARITHMIC' }, own));
    expect(at(1.25)).toBeLessThan(0.02);
    const short = { fadeOut: '0.5s', fadeOutCurve: 'FADE_CURVE_EXPONENTIAL' };
    expect((await levels(into({ audioCurve: 'FADE_CURVE_LOGARITHMIC' }, short)))(1.5)).toBeGreaterThan(0.9);
  });

  it('keeps the loudness of two sounds by equal power, in and out of timelines of their own', async () => {
    const tone = { video: { uri: 'tone.mp4' }, duration: '2s' };
    const silent = { video: { uri: 'mute.mp4' }, duration: '2s' };
    const nested = (clip: Json) => ({ timeline: track(clip), duration: '2s' });
    const transition = { duration: '1s', audioCurve: 'FADE_CURVE_EQUAL_POWER' };
    const falling = await levels(track(nested(tone), { ...nested(silent), transition }));
    const rising = await levels(track(nested(silent), { ...nested(tone), transition }));
    for (const seconds of [1.25, 1.5, 1.75]) {
      expect(falling(seconds) ** 2 + rising(seconds) ** 2, `at ${seconds} s`).toBeCloseTo(1, 1);
      expect(falling(seconds)).toBeCloseTo(Math.cos(((seconds - 1) * Math.PI) / 2), 1.5);
    }
  });

  it('goes on with its curve in a video that begins again meanwhile', async () => {
    await bench.media.make('short.mp4', [
      ...['-f', 'lavfi', '-i', 'color=gray:size=64x64:rate=30:duration=1.6'],
      ...['-f', 'lavfi', '-i', `aevalsrc=exprs='${AMPLITUDE}*sin(2*PI*1000*t)':s=48000:d=1.6`, '-shortest'],
    ]);
    const at = await levels(
      track(
        { video: { uri: 'short.mp4', shortSource: 'SHORT_SOURCE_LOOP' }, duration: '2s' },
        {
          video: { uri: 'mute.mp4' },
          duration: '2s',
          transition: { duration: '1s', audioCurve: 'FADE_CURVE_EQUAL_POWER' },
        },
      ),
    );
    for (const seconds of [1.25, 1.5, 1.75])
      expect(at(seconds), `at ${seconds} s`).toBeCloseTo(Math.cos(((seconds - 1) * Math.PI) / 2), 1.5);
  });
});
