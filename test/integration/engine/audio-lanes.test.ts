import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_RATE, type AudioClip, type Composition } from '../../../src/composition/composition.js';
import type { Form, InputUse } from '../../../src/composition/form.js';
import { DEFAULT_OUTPUTS, type OutputSpec } from '../../../src/composition/output-spec.js';
import { readSound } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const LEVEL = 0.02;
const SECONDS = 8;
const FILE_SAMPLES = SAMPLE_RATE;
let bench: RenderBench;

beforeAll(async () => {
  bench = await createRenderBench();
  // A constant: at each sample the mix is the number of clips that sound, times this.
  await bench.media.make('level.wav', [
    ...['-f', 'lavfi', '-i', `aevalsrc='${LEVEL}|${LEVEL}':s=48000:d=${FILE_SAMPLES / SAMPLE_RATE}`],
    ...['-c:a', 'pcm_f32le'],
  ]);
});
afterAll(() => bench.close());

/** Clips anywhere, some of which go on beyond the end of their file or begin there, on a bus or on none. */
const CLIPS = (count: number) =>
  fc.array(
    fc.record({
      startSample: fc.integer({ min: 0, max: (SECONDS - 2) * SAMPLE_RATE }),
      samples: fc.integer({ min: 1, max: 1.5 * FILE_SAMPLES }),
      trimStartSamples: fc.integer({ min: 0, max: 1.25 * FILE_SAMPLES }),
      gainDb: fc.constantFrom(0, -6, 3),
      bus: fc.constantFrom(undefined, 0, 1),
    }),
    { minLength: count, maxLength: count },
  );

const BUS_GAINS_DB = [-3, 2];

function clipOf({ bus, ...place }: { startSample: number; samples: number; gainDb: number; bus: number | undefined }) {
  const asset = { uri: 'level.wav', field: 'field' };
  const clip: AudioClip = { asset, loop: false, fadeOutSamples: 0, ...place, ...(bus === undefined ? {} : { bus }) };
  return clip;
}

function formOf(audio: readonly AudioClip[]): Form {
  const composition: Composition = {
    ...{ width: 64, height: 64, frameRate: { num: 30, den: 1 }, frames: SECONDS * 30 },
    ...{ samples: SECONDS * SAMPLE_RATE, background: { r: 0, g: 0, b: 0, a: 255 }, layers: [], audio },
    buses: BUS_GAINS_DB.map((gainDb) => ({ gainDb, duck: null })),
    // The limit of peaks is a filter, which steps would swing.
    mastering: { gainDb: 0, truePeakDbtp: null },
  };
  const inputs: InputUse[] = [{ role: 'audio', asset: { uri: 'level.wav', field: 'field' }, measured: false }];
  return { inputs, compose: () => ({ compositions: [composition], warnings: [] }) };
}

function expectedMix(clips: readonly AudioClip[]): Float32Array {
  const mix = new Float32Array(SECONDS * SAMPLE_RATE);
  for (const { startSample, samples, trimStartSamples = 0, gainDb, bus } of clips) {
    const busDb = bus === undefined ? 0 : BUS_GAINS_DB[bus]!;
    const level = LEVEL * 10 ** (((gainDb as number) + busDb) / 20);
    const end = startSample + Math.min(samples, FILE_SAMPLES - trimStartSamples);
    for (let n = startSample; n < end; n += 1) mix[n]! += level;
  }
  return mix;
}

const WAV: OutputSpec = { ...DEFAULT_OUTPUTS[0]!, format: { kind: 'audio', format: 'WAV' } };
/** Of 16 bits, and of gains that are given to a hundredth of a decibel. */
const TOLERANCE = 0.0005;

describe('a soundtrack of many clips', () => {
  // Few are mixed by one graph; many are joined in files first.
  it.each([12, 130])('has each of %s at its samples', async (count) => {
    for (const places of fc.sample(CLIPS(count), { seed: count, numRuns: 2 })) {
      const audio = places.map(clipOf);
      const { file } = await bench.render(formOf(audio), {}, {}, { outputs: [WAV] });
      const { left, right } = await readSound(file);
      const expected = expectedMix(audio);
      expect(left.length).toBe(expected.length);
      const wrong = expected.findIndex(
        (level, n) => Math.abs(left[n]! - level) > TOLERANCE || Math.abs(right[n]! - level) > TOLERANCE,
      );
      expect(wrong, `${left[wrong]} and ${right[wrong]} where ${expected[wrong]} is expected`).toBe(-1);
    }
  });
});
