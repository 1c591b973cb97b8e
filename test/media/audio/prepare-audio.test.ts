import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudioBench, type AudioBench } from '../../support/audio-bench.js';
import { frequencyAt, onsets, peakOf } from '../../support/audio-content.js';
import { toneAt } from '../../support/media-content.js';

let bench: AudioBench;
beforeAll(async () => {
  bench = await createAudioBench();
});
afterAll(() => bench.close());

/** A sine of 3 s made by lavfi, at an eighth of full scale. */
const sine = (hz: number, filter = 'anull') => ['-f', 'lavfi', '-i', `sine=f=${hz}:d=3,${filter}`];

/** Files one behind the other, as `cat` joins them. */
async function joined(name: string, parts: readonly (readonly string[])[]): Promise<void> {
  const files = await Promise.all(parts.map((args, i) => bench.media.make(`part-${i}-${name}`, args)));
  await bench.media.file(name, Buffer.concat(await Promise.all(files.map((file) => readFile(file)))));
}

const CHANGING: readonly (readonly [string, string, readonly (readonly string[])[], number])[] = [
  [
    'MP3, 24 kHz mono, then 44.1 kHz stereo',
    'joined.mp3',
    [
      [...sine(500), '-ar', '24000', '-ac', '1', '-b:a', '48k'],
      [...sine(1000), '-ar', '44100', '-ac', '2', '-b:a', '128k'],
    ],
    // The second file's encoder delay is inside now.
    0.06,
  ],
  [
    'MP3, 44.1 kHz stereo, then 24 kHz mono',
    'joined-down.mp3',
    [
      [...sine(500), '-ar', '44100', '-ac', '2', '-b:a', '128k'],
      [...sine(1000), '-ar', '24000', '-ac', '1', '-b:a', '48k'],
    ],
    0.1,
  ],
  [
    'AAC in ADTS, 44.1 kHz stereo, then 24 kHz mono',
    'joined.aac',
    [
      [...sine(500), '-ar', '44100', '-ac', '2', '-f', 'adts'],
      [...sine(1000), '-ar', '24000', '-ac', '1', '-f', 'adts'],
    ],
    0.12,
  ],
  [
    'AC-3 in MPEG-TS, 5.1, then stereo',
    'joined.ts',
    [
      [...sine(500, 'aformat=channel_layouts=mono,pan=5.1|c0=c0|c1=c0'), '-c:a', 'ac3', '-f', 'mpegts'],
      [...sine(1000, 'pan=stereo|c0=c0|c1=c0'), '-c:a', 'ac3', '-output_ts_offset', '3', '-f', 'mpegts'],
    ],
    0.07,
  ],
  [
    'AAC in MPEG-TS whose clock begins anew',
    'restarted.ts',
    [
      [...sine(500), '-ar', '44100', '-ac', '2', '-c:a', 'aac', '-f', 'mpegts'],
      [...sine(1000), '-ar', '48000', '-ac', '1', '-c:a', 'aac', '-f', 'mpegts'],
    ],
    0.08,
  ],
];

describe('prepareAudio of audio that changes its format', () => {
  it.each(CHANGING)('plays all of %s', async (_name, file, parts, slack) => {
    await joined(file, parts);
    const { samples, left, right } = await bench.prepare(file);
    expect(samples).toBe(left.length);
    expect(samples / 48_000).toBeGreaterThanOrEqual(5.98);
    expect(samples / 48_000).toBeLessThan(6 + slack);
    for (const side of [left, right]) {
      for (let at = 0.1; at < 2.9; at += 0.2) expect(frequencyAt(side, at, at + 0.1)).toBeCloseTo(500, -1);
      for (let at = 3.2; at < 5.9; at += 0.2) expect(frequencyAt(side, at, at + 0.1)).toBeCloseTo(1000, -1);
    }
    expect(await bench.measure(file)).toMatchObject({ samples });
  });

  it('plays all of chained Ogg with another number of channels, or names the limit of this ffmpeg', async () => {
    await joined('chained.ogg', [
      [...sine(500), '-ac', '2', '-c:a', 'libvorbis'],
      [...sine(1000), '-ar', '44100', '-ac', '1', '-c:a', 'libvorbis'],
    ]);
    if ((bench.toolchain.majorVersion ?? 0) >= 7) {
      const failure = await bench.failure('chained.ogg');
      expect(failure).toMatchObject({ reason: 'INPUT_NOT_SUPPORTED', field: 'spec.audio' });
      expect(failure.message).toContain('vorbis');
      return;
    }
    const { samples, left } = await bench.prepare('chained.ogg');
    expect(samples / 48_000).toBeCloseTo(6, 1);
    expect(frequencyAt(left, 0.1, 2.9)).toBeCloseTo(500, 0);
    expect(frequencyAt(left, 3.1, 5.9)).toBeCloseTo(1000, 0);
  });

  it('does not count too many samples where the sample rate rises in a container with times', async () => {
    await joined('rising.mp3', CHANGING[0]![2]);
    const audio = ['-i', bench.media.path('rising.mp3'), '-c', 'copy'];
    for (const name of ['rising.mkv', 'rising.mp4', 'rising.avi']) {
      await bench.media.make(name, audio);
      const { samples, left } = await bench.prepare(name);
      expect(samples / 48_000).toBeLessThan(6.12);
      expect(frequencyAt(left, 0.1, 2.9)).toBeCloseTo(500, 0);
      expect(frequencyAt(left, 3.2, 5.9)).toBeCloseTo(1000, 0);
    }
  });
});

describe('prepareAudio', () => {
  const BEEPS = ['-f', 'lavfi', '-i', "aevalsrc='if(lt(mod(t,5),0.5),0.25*sin(2*PI*800*t),0)':d=20:s=48000"];

  it('keeps pauses that have no packets', async () => {
    const whole = await bench.media.make('whole.mka', [...BEEPS, '-c:a', 'libopus', '-b:a', '32k']);
    await bench.media.make('speech.webm', [
      '-i',
      whole,
      '-c',
      'copy',
      '-bsf:a',
      "noise=drop='between(mod(pts*tb,5),1,4.5)'",
    ]);
    const { samples, left } = await bench.prepare('speech.webm');
    expect(samples / 48_000).toBeCloseTo(20, 1);
    const found = onsets(left);
    expect(found).toHaveLength(4);
    found.forEach((at, i) => {
      expect(Math.abs(at - 5 * i)).toBeLessThan(0.01);
    });
    expect(await bench.measure('speech.webm')).toMatchObject({ samples });
  });

  it.each(['late.mp4', 'late.mov', 'late.mkv', 'late.webm', 'late.flv', 'late.ts', 'late.mpg'])(
    'keeps the offset of audio that starts late in %s',
    async (name) => {
      const codecs: Record<string, readonly string[]> = {
        '.webm': ['-c:v', 'libvpx', '-c:a', 'libopus'],
        '.mpg': ['-c:v', 'mpeg2video', '-c:a', 'mp2'],
      };
      await bench.media.make(name, [
        ...['-f', 'lavfi', '-i', 'color=red:s=64x64:r=25:d=6'],
        ...['-itsoffset', '2', '-f', 'lavfi', '-i', 'sine=f=500:d=4'],
        ...(codecs[name.slice(4)] ?? [
          '-c:v',
          'libx264',
          '-preset',
          'ultrafast',
          '-pix_fmt',
          'yuv420p',
          '-c:a',
          'aac',
          '-ar',
          '44100',
        ]),
      ]);
      const { samples, left } = await bench.prepare(name);
      // MPEG programs carry the encoder's delay as audio.
      const tolerance = name === 'late.mpg' ? 0.035 : 0.015;
      expect(Math.abs(samples / 48_000 - 6)).toBeLessThan(0.06);
      expect(Math.abs(onsets(left)[0]! - 2)).toBeLessThan(tolerance);
      expect(frequencyAt(left, 2.2, 5.8)).toBeCloseTo(500, 0);
    },
  );

  it('reads no more than is needed, exact to a sample', async () => {
    await bench.media.tones('long.wav', { hz: [400, 900], secondsEach: 30 });
    const { samples, left } = await bench.prepare('long.wav', { neededSamples: 100_001 });
    expect([samples, left.length]).toEqual([100_001, 100_001]);
    expect(await bench.measure('long.wav', { neededSamples: 100_001 })).toMatchObject({ samples: 100_001 });
    expect((await bench.prepare('long.wav', { neededSamples: 3_000_000 })).samples).toBe(2_880_000);
  });

  it('keeps every sample of audio at 48 kHz unchanged', async () => {
    await bench.media.make('exact.wav', [
      '-f',
      'lavfi',
      '-i',
      "aevalsrc='1.7*sin(2*PI*440*t)|t/10':d=2.5:s=48000",
      '-c:a',
      'pcm_f32le',
    ]);
    const { samples, left, right } = await bench.prepare('exact.wav');
    expect(samples).toBe(120_000);
    left.forEach((sample, i) => {
      if (Math.abs(sample - 1.7 * Math.sin((2 * Math.PI * 440 * i) / 48_000)) > 1e-5)
        throw new Error(`sample ${i} is ${sample}`);
    });
    expect(right[96_000]).toBeCloseTo(0.2, 6);
  });
});

describe('prepareAudio of a file with other tracks', () => {
  /** A phone's recording: a track that ffmpeg has no decoder for, and AAC. */
  async function recording(name: string, tags: readonly [string, string]): Promise<void> {
    const file = await bench.media.make(name, [
      ...['-f', 'lavfi', '-i', 'sine=f=300:d=2', '-f', 'lavfi', '-i', 'sine=f=700:d=2', '-map', '0:a', '-map', '1:a'],
      ...['-c:a', 'aac', '-ac', '2'],
    ]);
    const bytes = await readFile(file);
    let at = 0;
    for (const tag of tags) {
      at = bytes.indexOf('stsd', at + 1);
      bytes.write(tag, bytes.indexOf('mp4a', at), 'latin1');
      // Where it stands, ffmpeg goes by it and not by the tag.
      if (tag === 'apxx') bytes.write('xxxx', bytes.indexOf('esds', at), 'latin1');
    }
    await bench.media.file(name, bytes);
  }

  it('takes the first track that can be decoded', async () => {
    await recording('spatial.mp4', ['apxx', 'mp4a']);
    const { left, stream } = await bench.prepare('spatial.mp4');
    expect(stream.index).toBe(1);
    expect(frequencyAt(left, 0.2, 1.8)).toBeCloseTo(700, 0);
    await recording('encrypted-first.mp4', ['enca', 'mp4a']);
    expect(frequencyAt((await bench.prepare('encrypted-first.mp4')).left, 0.2, 1.8)).toBeCloseTo(700, 0);
  });

  it.each([
    ['apxx', 'apxx'],
    ['enca', 'encrypted'],
  ])('refuses a file whose only track is %s, and names the codec', async (tag, named) => {
    await recording('no-decoder.mp4', [tag, tag]);
    const failure = await bench.failure('no-decoder.mp4');
    expect(failure).toMatchObject({ reason: 'INPUT_NOT_SUPPORTED', field: 'spec.audio' });
    expect(failure.message).toContain(`(${named})`);
  });

  it('refuses audio without a decodable part', async () => {
    const bytes = await readFile(
      await bench.media.make('broken.m4a', [
        '-f',
        'lavfi',
        '-i',
        'sine=f=300:d=2',
        '-c:a',
        'aac',
        '-movflags',
        '+faststart',
      ]),
    );
    bytes.fill(0xff, bytes.indexOf('mdat') + 4);
    await bench.media.file('broken.m4a', bytes);
    expect(await bench.failure('broken.m4a')).toMatchObject({ reason: 'INPUT_DAMAGED', field: 'spec.audio' });
  });

  it('refuses a file that ends before its audio begins', async () => {
    const whole = await readFile(await bench.media.tones('whole.wav', { hz: [440], secondsEach: 1 }));
    await bench.media.file('cut.wav', whole.subarray(0, 78));
    expect(await bench.failure('cut.wav')).toMatchObject({ reason: 'INPUT_TRUNCATED', field: 'spec.audio' });
  });

  it('refuses a file without audio', async () => {
    await bench.media.video('silent.mp4', { size: '64x64', colors: ['FF0000'], secondsEach: 0.2 });
    expect(await bench.failure('silent.mp4')).toMatchObject({ reason: 'INPUT_NO_AUDIO' });
  });
});

describe('prepareAudio', () => {
  const HALF = Math.SQRT1_2;
  it.each([
    ['mono', 1, [[1, 1]]],
    [
      'stereo',
      2,
      [
        [1, 0],
        [0, 1],
      ],
    ],
    [
      '5.1',
      6,
      [
        [1, 0],
        [0, 1],
        [HALF, HALF],
        [0, 0],
        [HALF, 0],
        [0, HALF],
      ],
    ],
    [
      '5.1(side)',
      6,
      [
        [1, 0],
        [0, 1],
        [HALF, HALF],
        [0, 0],
        [HALF, 0],
        [0, HALF],
      ],
    ],
    [
      '6.1',
      7,
      [
        [1, 0],
        [0, 1],
        [HALF, HALF],
        [0, 0],
        [0.5, 0.5],
        [HALF, 0],
        [0, HALF],
      ],
    ],
    [
      '7.1',
      8,
      [
        [1, 0],
        [0, 1],
        [HALF, HALF],
        [0, 0],
        [HALF, 0],
        [0, HALF],
        [HALF, 0],
        [0, HALF],
      ],
    ],
  ] as const)(
    'mixes %s as documented, from integers and from floating point alike',
    async (layout, channels, levels) => {
      const tone = (i: number) => `0.1*sin(2*PI*${(i + 1) * 200}*t)`;
      for (const codec of ['pcm_s16le', 'pcm_f32le']) {
        const source = `aevalsrc='${Array.from({ length: channels }, (_, i) => tone(i)).join('|')}':c=${layout}:d=1:s=48000`;
        await bench.media.make('levels.wav', ['-f', 'lavfi', '-i', source, '-c:a', codec]);
        const { left, right } = await bench.prepare('levels.wav');
        levels.forEach(([l, r], i) => {
          expect(toneAt(left, (i + 1) * 200, 0, 1) / 0.1).toBeCloseTo(l, 2);
          expect(toneAt(right, (i + 1) * 200, 0, 1) / 0.1).toBeCloseTo(r, 2);
        });
      }
    },
  );

  it('keeps levels above full scale', async () => {
    const all = Array.from({ length: 6 }, () => 'sin(2*PI*440*t)').join('|');
    await bench.media.make('full.wav', [
      '-f',
      'lavfi',
      '-i',
      `aevalsrc='${all}':c=5.1:d=0.5:s=48000`,
      '-c:a',
      'pcm_s16le',
    ]);
    expect(peakOf((await bench.prepare('full.wav')).left)).toBeCloseTo(1 + 2 * HALF, 2);
  });
});
