import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_RATE, type AudioClip, type Composition } from '../../../src/composition/composition.js';
import type { Form, InputUse } from '../../../src/composition/form.js';
import { DEFAULT_OUTPUTS, type OutputSpec } from '../../../src/composition/output-spec.js';
import { decibels, frequencyAt, onsets } from '../../support/audio-content.js';
import { readSound, streamEnds, toneAt } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const SECONDS = 6;
let bench: RenderBench;

beforeAll(async () => {
  bench = await createRenderBench();
  const { media } = bench;
  await media.tones('low.wav', { hz: [300], secondsEach: 6, amplitude: 0.4 });
  await media.tones('steps.wav', { hz: [400, 600, 800, 1_000], secondsEach: 1, amplitude: 0.4 });
  // A word from 2 s to 3 s, and one from 4 s to 4.5 s.
  await sound('speech.wav', '0.3*sin(2*PI*1000*t)*(between(t,2,3)+between(t,4,4.5))');
  await sound('beeps.wav', '0.4*sin(2*PI*1000*t)*lt(mod(t,1),0.05)*gt(t,0.5)', 12);
  await sound('bursts.wav', '0.9*(2*random(0)-1)*lt(mod(t,0.5),0.02)');
  await sound('sides.wav', '0.4*sin(2*PI*300*t)|0.2*sin(2*PI*1000*t)', 1);
  // 5.1 with a tone behind the listener's left.
  await media.make('surround.wav', ['-f', 'lavfi', '-i', "aevalsrc='0|0|0|0|0.4*sin(2*PI*300*t)|0':c=5.1:s=48000:d=1"]);
  await media.tones('high.wav', { hz: [1_000], secondsEach: 6, amplitude: 0.1 });
  await media.image('still.png', { size: '64x64', colors: ['202020', '404040', '606060', '808080'] });
});
afterAll(() => bench.close());

function sound(name: string, expression: string, seconds = 6): Promise<unknown> {
  return bench.media.make(name, ['-f', 'lavfi', '-i', `aevalsrc='${expression}':s=48000:d=${seconds}`]);
}

function clip(uri: string, startSeconds: number, seconds: number, changes: Partial<AudioClip> = {}): AudioClip {
  return {
    asset: { uri, field: `field of ${uri}` },
    startSample: startSeconds * SAMPLE_RATE,
    samples: seconds * SAMPLE_RATE,
    gainDb: 0,
    loop: false,
    fadeOutSamples: 0,
    ...changes,
  };
}

function formOf(changes: Partial<Composition>): Form {
  const composition: Composition = {
    ...{ width: 64, height: 64, frameRate: { num: 30, den: 1 }, frames: SECONDS * 30 },
    ...{ samples: SECONDS * SAMPLE_RATE, background: { r: 0, g: 0, b: 0, a: 255 }, layers: [], audio: [] },
    ...changes,
  };
  const inputs = composition.audio.map(({ asset }): InputUse => ({ role: 'audio', asset, measured: false }));
  return { inputs, compose: () => ({ compositions: [composition], warnings: [] }) };
}

/** Sound alone: no picture is to be drawn for it. */
const SOUND: OutputSpec = { ...DEFAULT_OUTPUTS[0]!, format: { kind: 'audio', format: 'M4A' } };

async function heard(changes: Partial<Composition>, outputs: readonly OutputSpec[] = [SOUND]) {
  const { file, warnings } = await bench.render(formOf(changes), {}, {}, { outputs });
  return { ...(await readSound(file)), file, warnings };
}

const levelAt = (samples: Float32Array, hz: number, from: number, to: number) =>
  decibels(toneAt(samples, hz, from, to));

describe('a clip of the soundtrack', () => {
  it('begins at its place, with the part of its file that is asked for', async () => {
    const { left } = await heard({ audio: [clip('steps.wav', 1.5, 2, { trimStartSamples: 1.5 * SAMPLE_RATE })] });
    expect(toneAt(left, 600, 0.5, 1.4)).toBeLessThan(0.01);
    expect(frequencyAt(left, 1.55, 1.95)).toBeCloseTo(600, -1);
    expect(frequencyAt(left, 2.1, 2.9)).toBeCloseTo(800, -1);
    expect(frequencyAt(left, 3.05, 3.45)).toBeCloseTo(1_000, -1);
    expect(toneAt(left, 1_000, 3.6, 4)).toBeLessThan(0.01);
  });

  it('plays a file of a few samples once, also where another clip repeats it', async () => {
    await sound('click.wav', '0.4*sin(2*PI*4800*t)', 0.01);
    const { left } = await heard({ audio: [clip('click.wav', 0, 1), clip('click.wav', 2, 1, { loop: true })] });
    expect(toneAt(left, 4_800, 0, 0.01)).toBeGreaterThan(0.2);
    expect(toneAt(left, 4_800, 0.02, 0.9)).toBeLessThan(0.01);
    expect(toneAt(left, 4_800, 2.1, 2.9)).toBeGreaterThan(0.35);
  });

  it.each([
    ['at its gain', 0],
    [
      'at a gain that moves',
      [
        { at: 0, value: 0 },
        { at: SAMPLE_RATE, value: -6 },
      ],
    ],
  ] as const)(
    'that begins after the end of its file is silent %s, and the next one is heard',
    async (_name, gainDb) => {
      const after = clip('sides.wav', 0.5, 1, { trimStartSamples: 1.2 * SAMPLE_RATE, gainDb });
      const { left } = await heard({ audio: [after, clip('low.wav', 1.5, 2)] });
      expect(toneAt(left, 300, 0.1, 1.4)).toBeLessThan(0.01);
      expect(toneAt(left, 300, 1.6, 3.4)).toBeCloseTo(0.4, 1);
    },
  );

  it('has the channels that are asked for', async () => {
    const cases = [
      ['sides.wav', undefined, [0.4, 0, 0, 0.2]],
      ['sides.wav', 'LEFT', [0.4, 0, 0.4, 0]],
      ['sides.wav', 'RIGHT', [0, 0.2, 0, 0.2]],
      ['sides.wav', 'MONO', [0.2, 0.1, 0.2, 0.1]],
      ['sides.wav', 'SWAP', [0, 0.2, 0.4, 0]],
      ['surround.wav', 'LEFT', [0.283, 0, 0.283, 0]],
      ['surround.wav', 'RIGHT', [0, 0, 0, 0]],
    ] as const;
    // One after another, a second each.
    const audio = cases.map(([uri, channels], i) => clip(uri, i, 1, channels ? { channels } : {}));
    const { left, right } = await heard({ audio, frames: cases.length * 30, samples: cases.length * SAMPLE_RATE });
    for (const [second, [uri, channels, levels]] of cases.entries()) {
      const [from, to] = [second + 0.2, second + 0.8];
      const found = [left, right].flatMap((side) => [toneAt(side, 300, from, to), toneAt(side, 1_000, from, to)]);
      for (const [i, level] of levels.entries())
        expect(Math.abs(found[i]! - level), `level ${i} of ${uri}: ${channels ?? 'all'}`).toBeLessThan(0.02);
    }
  });

  it('rises from silence and falls back', async () => {
    const fade = 2 * SAMPLE_RATE;
    const { left } = await heard({ audio: [clip('low.wav', 0, 6, { fadeInSamples: fade, fadeOutSamples: fade })] });
    expect(toneAt(left, 300, 0.95, 1.05)).toBeCloseTo(0.2, 1);
    expect(toneAt(left, 300, 2.5, 3.5)).toBeCloseTo(0.4, 1);
    expect(toneAt(left, 300, 4.95, 5.05)).toBeCloseTo(0.2, 1);
    expect(toneAt(left, 300, 0, 0.05)).toBeLessThan(0.02);
  });

  it('has its part of a fade that began in the clip before it and ends in the one after it', async () => {
    const fade = { fadeInSamples: 4 * SAMPLE_RATE, fadeOutSamples: 0 };
    const { left } = await heard({
      audio: [0, 2, 4].map((start) =>
        clip('low.wav', start, 2, start < 4 ? { ...fade, fadeInBefore: start * SAMPLE_RATE } : {}),
      ),
    });
    for (const [at, level] of [
      [1, 0.1],
      [2.5, 0.25],
      [3.5, 0.35],
      [5, 0.4],
    ] as const)
      expect(Math.abs(toneAt(left, 300, at - 0.05, at + 0.05) - level)).toBeLessThan(0.02);
  });

  it.each([0.25, 0.5, 0.8, 1.5, 2, 4])(
    'at %s times its speed keeps its pitch and the times of its sounds',
    async (speed) => {
      const { left } = await heard({ audio: [clip('beeps.wav', 0.5, 5, { speed })] });
      const expected = Array.from({ length: 11 }, (_, i) => 0.5 + (i + 1) / speed).filter((time) => time < 5.4);
      const found = onsets(left);
      expect(found).toHaveLength(expected.length);
      for (const [i, time] of found.entries()) expect(Math.abs(time - expected[i]!), `beep ${i}`).toBeLessThan(0.015);
      expect(frequencyAt(left, found[0]! + 0.005, found[0]! + 0.05 / speed - 0.003)).toBeCloseTo(1_000, -2);
    },
  );

  it('at another speed begins where it is trimmed, by the times of its file', async () => {
    const { left } = await heard({
      audio: [clip('steps.wav', 0, 1.4, { speed: 2, trimStartSamples: SAMPLE_RATE })],
    });
    expect(Math.abs(frequencyAt(left, 0.1, 0.4) / 600 - 1)).toBeLessThan(0.02);
    expect(Math.abs(frequencyAt(left, 0.6, 0.9) / 800 - 1)).toBeLessThan(0.02);
    expect(Math.abs(frequencyAt(left, 1.1, 1.35) / 1_000 - 1)).toBeLessThan(0.02);
  });
});

describe('a bus', () => {
  it('makes room while another one sounds, from before its first word', async () => {
    const { left, file } = await heard(
      {
        audio: [clip('low.wav', 0, 6, { bus: 0 }), clip('speech.wav', 0, 6, { bus: 1 })],
        buses: [
          { gainDb: 0, duck: { under: 1, amountDb: 12, attackUs: 50_000, releaseUs: 300_000 } },
          { gainDb: 0, duck: null },
        ],
        // With pictures beside it.
      },
      DEFAULT_OUTPUTS,
    );
    const free = levelAt(left, 300, 0.2, 1.6);
    expect(Math.abs(free - decibels(0.4))).toBeLessThan(0.5);
    // It is down when the word begins, and stays so to its end.
    for (const from of [1.9, 2.1, 2.4, 2.7]) expect(free - levelAt(left, 300, from, from + 0.1)).toBeCloseTo(12, -0.3);
    expect(free - levelAt(left, 300, 5.4, 5.9)).toBeLessThan(0.5);
    // The other one is as loud as it is.
    expect(toneAt(left, 1_000, 2.1, 2.9)).toBeCloseTo(0.3, 1);
    expect((await streamEnds(file)).audioSeconds).toBeCloseTo(SECONDS, 3);
  });

  it('gets louder and quieter by keyframes, to the sample, also where it makes room and goes into another', async () => {
    // Silent at first, whole from 2 s to 3 s; a step down by 20 dB at 4 s.
    const gainDb = [
      { at: 0, value: -60 },
      { at: 2 * SAMPLE_RATE, value: 0 },
      { at: 4 * SAMPLE_RATE - 1, value: 0 },
      { at: 4 * SAMPLE_RATE, value: -20 },
    ] as const;
    const { left } = await heard({
      audio: [clip('low.wav', 0, 6, { bus: 0 }), clip('speech.wav', 0, 6, { bus: 1 })],
      buses: [
        { gainDb, duck: { under: 1, amountDb: 12, attackUs: 50_000, releaseUs: 400_000 }, into: 2 },
        { gainDb: 0, duck: null },
        { gainDb: -6, duck: null },
      ],
    });
    const whole = decibels(0.4) - 6;
    for (const [from, to, wanted] of [
      [0.95, 1.05, whole - 30],
      [1.45, 1.55, whole - 15],
      [2.3, 2.9, whole - 12],
      [4.01, 4.4, whole - 20 - 12],
      [5.4, 5.9, whole - 20],
    ] as const)
      expect(Math.abs(levelAt(left, 300, from, to) - wanted), `${from} s`).toBeLessThan(1);
  });

  it.each([0, 1])('loses nothing of any sound at its end while bus %i makes room', async (own) => {
    const other = 1 - own;
    const low = { gainDb: 0, duck: { under: other, amountDb: 6, attackUs: 50_000, releaseUs: 300_000 } };
    const high = { gainDb: 0, duck: null };
    const { left } = await heard({
      audio: [clip('low.wav', 0, 6, { bus: own }), clip('high.wav', 0, 6, { bus: other })],
      buses: own === 0 ? [low, high] : [high, low],
    });
    for (const hz of [300, 1_000])
      expect(Math.abs(levelAt(left, hz, 5.85, 5.98) - levelAt(left, hz, 1, 1.13)), `${hz} Hz`).toBeLessThan(1);
  });

  it('has a gain for all its clips', async () => {
    const { left } = await heard({
      audio: [clip('low.wav', 0, 6, { bus: 0 }), clip('steps.wav', 2, 1, { bus: 0 })],
      buses: [{ gainDb: -6, duck: null }],
    });
    expect(levelAt(left, 300, 0.2, 1.8)).toBeCloseTo(decibels(0.2), 0);
    expect(levelAt(left, 400, 2.1, 2.9)).toBeCloseTo(decibels(0.2), 0);
  });

  it('does not wait for one without clips', async () => {
    const { left } = await heard({
      audio: [clip('low.wav', 0, 6, { bus: 0 })],
      buses: [
        { gainDb: 0, duck: { under: 1, amountDb: 12, attackUs: 50_000, releaseUs: 300_000 } },
        { gainDb: 0, duck: null },
      ],
    });
    expect(toneAt(left, 300, 1, 5)).toBeCloseTo(0.4, 1);
  });
});

describe('loudness', () => {
  it.each([-14, -23])('of %s LUFS is reached within half a unit', async (integratedLufs) => {
    const { file, warnings } = await heard({
      audio: [clip('low.wav', 0, 6), clip('speech.wav', 0, 6)],
      loudness: { integratedLufs, truePeakDbtp: -1, field: 'spec.timeline.loudness' },
    });
    expect(Math.abs((await loudnessOf(file)) - integratedLufs)).toBeLessThan(0.5);
    expect(warnings).toEqual([]);
  });

  it('is reached by a mix of more keyframes than an argument of a command holds', async () => {
    const rest = Array.from({ length: 900 }, (_, i) => ({ at: (i + 1) * 300, value: -3 - (i % 3) }));
    const gainDb = [{ at: 0, value: -3 }, ...rest] as const;
    const { file, warnings } = await heard({
      audio: [0, 1, 2].map(() => clip('low.wav', 0, 6, { gainDb })),
      loudness: { integratedLufs: -20, truePeakDbtp: -1, field: 'spec.timeline.loudness' },
    });
    expect(Math.abs((await loudnessOf(file)) + 20)).toBeLessThan(0.5);
    expect(warnings).toEqual([]);
  });

  it('that peaks do not allow gives a warning, and the peaks stay', async () => {
    const { file, left, warnings } = await heard({
      audio: [clip('bursts.wav', 0, 6)],
      loudness: { integratedLufs: -8, truePeakDbtp: -3, field: 'spec.timeline.loudness' },
    });
    expect(warnings).toMatchObject([{ code: 'LOUDNESS_NOT_REACHED', field: 'spec.timeline.loudness' }]);
    expect(await loudnessOf(file)).toBeLessThan(-8.5);
    // AAC adds up to two decibels to bursts of noise.
    expect(left.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)).toBeLessThan(10 ** (-1 / 20));
  });

  it('of silence gives a warning', async () => {
    const { left, warnings } = await heard({
      loudness: { integratedLufs: -14, truePeakDbtp: -1, field: 'spec.timeline.loudness' },
    });
    expect(left.every((sample) => Math.abs(sample) < 0.001)).toBe(true);
    expect(warnings).toMatchObject([{ code: 'LOUDNESS_NOT_REACHED' }]);
  });
});

async function loudnessOf(file: string): Promise<number> {
  const args = ['-nostats', '-i', file, '-af', 'ebur128=framelog=verbose', '-f', 'null', '-'];
  const { stderr } = await promisify(execFile)('ffmpeg', args);
  return Number(/^\s+I:\s+(-?[\d.]+) LUFS/m.exec(stderr)?.[1]);
}
