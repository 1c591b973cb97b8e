import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limiter } from '../../../src/engine/audio/limiter.js';
import { createMediaKit, type MediaKit } from '../../fixtures/media-kit.js';
import { decibels, peakOf } from '../../support/audio-content.js';
import { readSound } from '../../support/media-content.js';

let media: MediaKit;
beforeAll(async () => {
  media = await createMediaKit();
});
afterAll(() => media.remove());

const TONE = '3*sin(2*PI*997*t)';
/** A voice's harmonics, louder and softer three times a second. */
const VOICE =
  '1.7*(0.5+0.5*sin(2*PI*3*t))*(sin(2*PI*150*t)+0.6*sin(2*PI*300*t)+0.5*sin(2*PI*900*t)+0.3*sin(2*PI*2700*t))';
const SQUARE = '2*sgn(sin(2*PI*997*t))';
/** Its samples are 3 dB below the wave that goes through them. */
const BETWEEN = '1.3*sin(2*PI*12000*t+PI/4)';
const CLICKS = 'if(lt(mod(n,4801),1),2.5,0)';
const DRUMS = '3*exp(-30*mod(t,0.25))*(random(0)*2-1)+2*exp(-12*mod(t,0.5))*sin(2*PI*60*mod(t,0.5))';
const generated = (expression: string) => `aevalsrc='${expression}|${expression}':c=stereo:d=4:s=48000`;
const noise = (color: string, gain: number) =>
  `anoisesrc=d=4:c=${color}:a=1:r=48000:seed=7,volume=${gain}dB,aformat=channel_layouts=stereo`;

/** The largest sample of either channel, in dBFS. */
async function peak(name: string, args: readonly string[]): Promise<number> {
  const { left, right } = await readSound(await media.make(name, args));
  return decibels(Math.max(peakOf(left), peakOf(right)));
}

const limited = (source: string, more = '') => ['-f', 'lavfi', '-i', source, '-af', `${limiter()}${more}`];
/** Eight times the rate, so that what lies between samples shows; slowed down, so that the reader keeps all of it. */
const OVERSAMPLED = ',aresample=384000:osf=flt,asetrate=48000';

describe('limiter', () => {
  it.each([
    ['a tone at +9.5 dBFS', generated(TONE), true],
    ['a loud voice', generated(VOICE), true],
    ['pink noise at +18 dB', noise('pink', 18), true],
    ['a wave whose peaks lie between samples', generated(BETWEEN), true],
    ['clicks', generated(CLICKS), true],
    ['a square wave', generated(SQUARE), false],
    ['drums at +12 dBFS', generated(DRUMS), false],
    ['white noise at +12 dB', noise('white', 12), false],
  ])('limits %s to less than full scale', async (_name, source, throughAac) => {
    expect(await peak('limited.wav', [...limited(source), '-c:a', 'pcm_f32le'])).toBeLessThan(-1);
    expect(await peak('between.wav', [...limited(source, OVERSAMPLED), '-c:a', 'pcm_f32le'])).toBeLessThan(-0.5);
    const coded = await peak('limited.m4a', [...limited(source), '-c:a', 'aac', '-b:a', '192k']);
    expect(coded).toBeLessThanOrEqual(throughAac ? 0 : 2);
  });

  it('keeps audio below full scale, its timing and every sample', async () => {
    const clicks = "aevalsrc='if(eq(n,10000),0.5,0)+if(eq(n,100000),0.7,0)|0.5*sin(2*PI*440*t)':c=stereo:d=2.5:s=48000";
    const { left, right } = await readSound(await media.make('quiet.wav', [...limited(clicks), '-c:a', 'pcm_f32le']));
    expect(left.length).toBe(120_000);
    expect([left.indexOf(Math.max(...left.subarray(0, 50_000))), left.indexOf(Math.max(...left))]).toEqual([
      10_000, 100_000,
    ]);
    right.subarray(1_000, 119_000).forEach((sample, i) => {
      const wanted = 0.5 * Math.sin((2 * Math.PI * 440 * (i + 1_000)) / 48_000);
      if (Math.abs(sample - wanted) > 1e-3) throw new Error(`sample ${i + 1_000} is ${sample}, not ${wanted}`);
    });
  });
});
