import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { readSound, streamEnds, toneAt } from '../../support/media-content.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.image('still.png', { size: '144x256', colors: ['202020', '404040', '606060', '808080'] });
});
afterAll(() => bench.close());

const narration = (uri: string, gainDb = 0): Montage['narration'] => ({
  asset: { uri, field: 'spec.montage.narration.uri' },
  gainDb,
});
const music = (uri: string, gainDb = 0, fadeOutUs = 0): Montage['music'] => ({
  asset: { uri, field: 'spec.montage.music.uri' },
  gainDb,
  fadeOutUs,
});

function montage(changes: Partial<Montage>): Montage {
  return montageOf(0, {
    materials: [{ uri: 'still.png', field: 'spec.montage.materials[0].uri' }],
    longestClipUs: 3_000_000,
    ...changes,
  });
}

describe('the audio of a render', () => {
  it('is silence without any audio input, and as long as the video', async () => {
    const { file } = await bench.render(montage({}));
    const { left } = await readSound(file);
    expect(left.every((sample) => Math.abs(sample) < 0.001)).toBe(true);
    const ends = await streamEnds(file);
    expect(ends.videoFrames).toBe(90);
    expect(Math.abs(ends.audioSeconds - ends.videoSeconds)).toBeLessThanOrEqual(1 / 30);
  });

  it.each([
    ['mono', 1],
    ['stereo', 2],
  ] as const)('keeps the times and the loudness of a %s narration', async (name, channels) => {
    await bench.media.tones(`${name}.wav`, { hz: [440, 880], secondsEach: 1, channels, rate: 44_100 });
    const { file, output } = await bench.render(montage({ narration: narration(`${name}.wav`) }));
    expect(output.frameCount).toBe(60);
    const { left, right } = await readSound(file);
    for (const side of [left, right]) {
      expect(toneAt(side, 440, 0.1, 0.9)).toBeCloseTo(0.25, 1);
      expect(toneAt(side, 880, 0.1, 0.9)).toBeLessThan(0.01);
      expect(toneAt(side, 880, 1.1, 1.9)).toBeCloseTo(0.25, 1);
      expect(toneAt(side, 440, 1.1, 1.9)).toBeLessThan(0.01);
      expect(Math.abs(toneAt(side, 440, 0.2, 0.8) - 0.25)).toBeLessThan(0.02);
    }
  });

  it('repeats music without a gap, at its gain, and fades it out at the end', async () => {
    await bench.media.tones('short.mp3', { hz: [600], secondsEach: 0.7 });
    await bench.media.tones('speech.wav', { hz: [300], secondsEach: 4 });
    const { file } = await bench.render(
      montage({ narration: narration('speech.wav'), music: music('short.mp3', -6, 1_000_000) }),
    );
    const { left } = await readSound(file);
    // Every tenth of a second has it, across the joins of the repeats too.
    for (let from = 0.1; from < 2.9; from += 0.1) expect(toneAt(left, 600, from, from + 0.1)).toBeGreaterThan(0.08);
    expect(Math.abs(toneAt(left, 600, 0.1, 0.6) - 0.125)).toBeLessThan(0.015);
    expect(toneAt(left, 600, 3.4, 3.6)).toBeGreaterThan(0.04);
    expect(toneAt(left, 600, 3.4, 3.6)).toBeLessThan(0.085);
    expect(toneAt(left, 600, 3.95, 3.99)).toBeLessThan(0.02);
    // Speech is as loud as it would be alone.
    expect(Math.abs(toneAt(left, 300, 0.5, 3.5) - 0.25)).toBeLessThan(0.02);
  });

  it('is not clipped when its parts are too loud together', async () => {
    await bench.media.tones('loud.wav', { hz: [300], secondsEach: 2, amplitude: 0.9 });
    await bench.media.tones('loud-music.wav', { hz: [1_000], secondsEach: 2, amplitude: 0.9 });
    const { file } = await bench.render(
      montage({ narration: narration('loud.wav', 12), music: music('loud-music.wav') }),
    );
    const { left } = await readSound(file);
    const peak = left.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);
    expect(peak).toBeGreaterThan(0.8);
    // AAC may overshoot what it was given by a little.
    expect(peak).toBeLessThan(1.05);
    const ends = await streamEnds(file);
    expect(Math.abs(ends.audioSeconds - ends.videoSeconds)).toBeLessThanOrEqual(1 / 30);
  });

  it('is taken from a video file too, from its first sample', async () => {
    await bench.media.video('speaker.mp4', {
      size: '64x64',
      colors: ['FF0000', '00FF00'],
      secondsEach: 1,
      sound: true,
    });
    const { file, output } = await bench.render(montage({ narration: narration('speaker.mp4') }));
    expect(Math.abs(output.frameCount - 60)).toBeLessThanOrEqual(2);
    const { left } = await readSound(file);
    expect(toneAt(left, 500, 0.05, 0.15)).toBeGreaterThan(0.05);
  });

  it('is as long as a narration of odd length, to the sample', async () => {
    await bench.media.tones('odd.wav', { hz: [440], secondsEach: 1.2345 });
    const { file, output } = await bench.render(montage({ narration: narration('odd.wav') }));
    expect(output.frameCount).toBe(Math.round(1.2345 * 30));
    const { left } = await readSound(file);
    expect(Math.abs(left.length / 48_000 - output.frameCount / 30)).toBeLessThan(1_024 / 48_000);
  });
});
