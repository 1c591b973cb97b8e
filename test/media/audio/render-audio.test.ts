import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { frequencyAt, onsets, peakOf } from '../../support/audio-content.js';
import { readSound, readVideo, streamEnds, toneAt } from '../../support/media-content.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.image('image.png', { size: '96x54', colors: ['202020', '404040', '606060', '808080'] });
  const parts = await Promise.all([
    bench.media.make('m1.mp3', [...sine(500), '-ar', '24000', '-ac', '1', '-b:a', '48k']),
    bench.media.make('m2.mp3', [...sine(1000), '-ar', '44100', '-ac', '2', '-b:a', '128k']),
  ]);
  await bench.media.file('joined.mp3', Buffer.concat(await Promise.all(parts.map((file) => readFile(file)))));
});
afterAll(() => bench.close());

const sine = (hz: number) => ['-f', 'lavfi', '-i', `sine=f=${hz}:d=3`];
const BEEPS = "aevalsrc='if(lt(mod(t,5),0.5),0.25*sin(2*PI*800*t),0)':d=20:s=48000";

const narration = (uri: string): Montage['narration'] => {
  return { asset: { uri, field: 'spec.montage.narration.uri' }, gainDb: 0 };
};
const music = (uri: string): Montage['music'] => {
  return { asset: { uri, field: 'spec.montage.music.uri' }, gainDb: 0, fadeOutUs: 0 };
};
const still = (seconds: number, changes: Partial<Montage>): Montage =>
  montageOf(0, {
    materials: [{ uri: 'image.png', field: 'spec.montage.materials[0].uri' }],
    longestClipUs: seconds * 1_000_000,
    ...changes,
  });

describe('the audio of a rendered video', () => {
  it('contains the whole of a narration that changes its format', async () => {
    const { file, output, warnings } = await bench.render(still(10, { narration: narration('joined.mp3') }));
    const { left } = await readSound(file);
    expect(output.frameCount / 30).toBeGreaterThanOrEqual(6);
    expect(output.frameCount / 30).toBeLessThan(6.07);
    expect(frequencyAt(left, 0.1, 2.9)).toBeCloseTo(500, 0);
    expect(frequencyAt(left, 3.1, 5.95)).toBeCloseTo(1000, 0);
    expect(warnings).toEqual([]);
    const ends = await streamEnds(file);
    expect(Math.abs(ends.audioSeconds - ends.videoSeconds)).toBeLessThan(1 / 30);
  });

  it('contains a song that changes its format, repeated to the end of the video', async () => {
    const { file, output } = await bench.render(still(14, { music: music('joined.mp3') }));
    expect(output.frameCount).toBe(14 * 30);
    const { left } = await readSound(file);
    const period = 6.05;
    for (const start of [0, period, 2 * period]) {
      if (start + 2.8 < 14) expect(frequencyAt(left, start + 0.2, start + 1.8)).toBeCloseTo(500, 0);
      if (start + 5.8 < 14) expect(frequencyAt(left, start + 3.3, start + 5.8)).toBeCloseTo(1000, 0);
    }
  });

  it('keeps the pauses of speech that have no packets, as narration and as music', async () => {
    const whole = await bench.media.make('whole.mka', ['-f', 'lavfi', '-i', BEEPS, '-c:a', 'libopus', '-b:a', '32k']);
    const drop = "noise=drop='between(mod(pts*tb,5),1,4.5)'";
    await bench.media.make('speech.webm', ['-i', whole, '-c', 'copy', '-bsf:a', drop]);
    const spoken = await bench.render(still(30, { narration: narration('speech.webm') }));
    expect(spoken.output.frameCount).toBe(600);
    const played = await bench.render(still(22, { music: music('speech.webm') }));
    for (const [file, times] of [
      [spoken.file, [0, 5, 10, 15]],
      [played.file, [0, 5, 10, 15, 20]],
    ] as const) {
      const found = onsets((await readSound(file)).left);
      expect(found).toHaveLength(times.length);
      found.forEach((at, i) => {
        expect(Math.abs(at - times[i]!)).toBeLessThan(0.01);
      });
    }
  });

  it.each(['song.m4a', 'song.mp3', 'song.opus', 'song.wav'])('repeats %s without silence in between', async (name) => {
    // Whole periods of the tone, so that a repeat without a gap goes on as if there were none.
    await bench.media.tones(name, { hz: [480], secondsEach: 1.5, rate: 48_000 });
    const { file } = await bench.render(still(6, { music: music(name) }));
    const { left } = await readSound(file);
    for (let at = 0.05; at < 5.9; at += 0.005) {
      const peak = peakOf(left.subarray(Math.round(at * 48_000), Math.round((at + 0.005) * 48_000)));
      if (peak < 0.15) throw new Error(`silence at ${at.toFixed(3)} s: ${peak}`);
    }
  });

  it('repeats audio of a few samples', async () => {
    await bench.media.make('click.wav', ['-f', 'lavfi', '-i', "aevalsrc='0.25*sin(2*PI*4800*t)':s=48000:d=0.0002083"]);
    const { file } = await bench.render(still(2, { music: music('click.wav') }));
    expect(toneAt((await readSound(file)).left, 4_800, 0.2, 1.8)).toBeGreaterThan(0.2);
  });

  it('keeps the offset of a narration that starts late in its file', async () => {
    await bench.media.make('late.mp4', [
      ...['-f', 'lavfi', '-i', 'color=red:s=64x64:r=25:d=6', '-itsoffset', '2', '-f', 'lavfi', '-i', 'sine=f=500:d=4'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
    ]);
    const { file, output } = await bench.render(still(10, { narration: narration('late.mp4') }));
    expect(Math.abs(output.frameCount - 180)).toBeLessThanOrEqual(2);
    expect(Math.abs(onsets((await readSound(file)).left)[0]! - 2)).toBeLessThan(0.03);
  });

  it.each(['mkv', 'flv', 'ts'])(
    'of a video in %s that begins later than its sound stays beside its picture',
    async (container) => {
      // Red for a second, then blue with a tone.
      const picture = 'color=red:s=64x64:r=25:d=1[a];color=blue:s=64x64:r=25:d=2[b];[a][b]concat';
      await bench.media.make('picture.mkv', ['-filter_complex', picture, '-c:v', 'libx264', '-preset', 'ultrafast']);
      const tone = ['-f', 'lavfi', '-i', "aevalsrc='0.4*sin(2*PI*800*t)*gt(t,1.8)':s=48000:d=4"];
      const name = `later.${container}`;
      const copied = [
        '-itsoffset',
        '0.8',
        '-i',
        bench.media.path('picture.mkv'),
        ...tone,
        '-c:v',
        'copy',
        '-c:a',
        'aac',
      ];
      await bench.media.make(name, copied);
      const { file } = await bench.render(
        montageOf(0, {
          materials: [{ uri: name, field: 'spec.montage.materials[0].uri' }],
          longestClipUs: 3_000_000,
          materialSound: { gainDb: 0 },
        }),
      );
      const video = await readVideo(file);
      const blue = video.frames.findIndex((_, i) => video.colorAt(i, 0.5, 0.5)[2] > 128);
      expect(Math.abs(onsets((await readSound(file)).left)[0]! - blue / 30)).toBeLessThan(0.03);
    },
  );

  it('is never above full scale, from a 5.1 file and from floating point', async () => {
    const all = Array.from({ length: 6 }, () => '0.9*sin(2*PI*440*t)').join('|');
    await bench.media.make('surround.wav', ['-f', 'lavfi', '-i', `aevalsrc='${all}':c=5.1:d=2:s=48000`]);
    await bench.media.make('hot.wav', [
      ...['-f', 'lavfi', '-i', "aevalsrc='2.3*sin(2*PI*440*t)':d=2:s=48000", '-c:a', 'pcm_f32le'],
    ]);
    for (const name of ['surround.wav', 'hot.wav']) {
      const { left, right } = await readSound((await bench.render(still(9, { narration: narration(name) }))).file);
      for (const side of [left, right]) {
        expect(peakOf(side)).toBeLessThanOrEqual(1);
        expect(peakOf(side)).toBeGreaterThan(0.8);
      }
    }
  });

  it('is refused before the render when its music cannot be decoded', async () => {
    const bytes = await readFile(await bench.media.make('ok.m4a', ['-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'aac']));
    const at = bytes.indexOf('mp4a', bytes.indexOf('stsd'));
    bytes.write('zzzz', at, 'latin1');
    bytes.write('xxxx', bytes.indexOf('esds'), 'latin1');
    await bench.media.file('unknown.m4a', bytes);
    const failure = await bench.failure(still(2, { music: music('unknown.m4a') }));
    expect(failure).toMatchObject({ reason: 'INPUT_NOT_SUPPORTED', field: 'spec.montage.music.uri' });
    expect(failure.message).toContain('zzzz');
  });
});
