import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { createRandom } from '../../../src/composition/random.js';
import { judgeAudioDamage } from '../../../src/engine/audio/damage/audio-damage.js';
import { createLocalArtifacts } from '../../../src/media/local-artifacts.js';
import { createAudioBench, type AudioBench } from '../../support/audio-bench.js';
import { frequencyAt } from '../../support/audio-content.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const SECONDS = 12;
/** 500 Hz, and 1000 Hz from 9 s on, with noise, so that lossless files have something to hold. */
const SOURCE = [
  ...['-f', 'lavfi', '-i'],
  `aevalsrc='0.3*sin(2*PI*t*if(lt(t,9),500,1000))+0.01*(random(0)-0.5)':d=${SECONDS}:s=44100:c=mono`,
  ...['-bitexact'],
];

const FILES: readonly (readonly [name: string, ...args: string[]])[] = [
  ['a.mp3', '-b:a', '96k'],
  ['vbr.mp3', '-q:a', '4'],
  ['no-xing.mp3', '-b:a', '96k', '-write_xing', '0'],
  ['a.flac', '-c:a', 'flac'],
  ['a.aac', '-b:a', '96k'],
  ['a.ac3', '-b:a', '96k'],
  ['a.m4a', '-c:a', 'aac', '-b:a', '96k'],
  ['flac.ogg', '-c:a', 'flac'],
  ['flac.mka', '-c:a', 'flac'],
  ['a.opus', '-c:a', 'libopus'],
  ['a.webm', '-c:a', 'libopus'],
  ['vorbis.ogg', '-c:a', 'libvorbis'],
  ['a.ts', '-c:a', 'aac'],
  ['a.tta', '-c:a', 'tta'],
  ['a.wv', '-c:a', 'wavpack'],
  ['a.wav'],
];

let audio: AudioBench;
let bench: RenderBench;
const whole = new Map<string, Buffer>();
beforeAll(async () => {
  [audio, bench] = [await createAudioBench(), await createRenderBench()];
  for (const [name, ...args] of FILES)
    whole.set(name, await readFile(await audio.media.make(name, [...SOURCE, ...args])));
});
afterAll(() => Promise.all([audio.close(), bench.close()]));

/** A file with the bytes between two shares of it overwritten. */
function overwritten(name: string, from: number, to: number): Buffer {
  const bytes = Buffer.from(whole.get(name)!);
  const random = createRandom(11);
  for (let at = Math.floor(bytes.length * from); at < bytes.length * to; at += 1)
    bytes[at] = Math.floor(random() * 256);
  return bytes;
}

async function prepared(name: string, bytes: Buffer) {
  await audio.media.file(`changed-${name}`, bytes);
  return audio.prepare(`changed-${name}`);
}

describe('prepareAudio of damaged audio', () => {
  it.each([
    ['a.mp3', 0.06],
    ['no-xing.mp3', 0.06],
    ['vbr.mp3', 0.15],
    ['a.flac', 0.01],
    // Its bit rate varies.
    ['a.aac', 0.15],
    ['a.ac3', 0.06],
    ['a.m4a', 0.04],
  ])('says where and how much of %s it is, and keeps what follows at its time', async (name, slack) => {
    const { damage, samples, left } = await prepared(name, overwritten(name, 0.5, 0.53));
    expect(damage?.places).toHaveLength(1);
    const [place] = damage!.places;
    expect(place!.seconds).toBeGreaterThan(0.15);
    expect(place!.seconds).toBeLessThan(0.6);
    expect(place!.at).toBeGreaterThan(5.6);
    expect(place!.at).toBeLessThan(6.4);
    expect(damage!.seconds).toBeGreaterThan(SECONDS - slack);
    expect(Math.abs(samples / 48_000 - SECONDS)).toBeLessThan(slack + 0.05);
    expect(frequencyAt(left, 8.9 - 0.2 - slack, 9 - slack)).toBeCloseTo(500, -1);
    expect(frequencyAt(left, 9.05 + slack, 9.3 + slack)).toBeCloseTo(1000, -1);
    expect(judgeAudioDamage(damage, 'spec.audio')).toMatchObject({
      code: 'INPUT_DAMAGED',
      field: 'spec.audio',
      count: 1,
    });
  });

  it.each(['a.mp3', 'vbr.mp3', 'a.flac', 'a.aac', 'a.m4a', 'flac.ogg', 'flac.mka', 'a.opus', 'a.webm', 'vorbis.ogg'])(
    'is refused when it is a fifth of %s',
    async (name) => {
      const { damage } = await prepared(name, overwritten(name, 0.4, 0.6));
      expect(() => judgeAudioDamage(damage, 'spec.audio')).toThrow(
        /of this audio are damaged \(\d+\.\d %\), from about [345]\.\d+ s on/,
      );
    },
  );

  it.each(['a.flac', 'flac.mka', 'a.tta', 'a.wv'])('notices a few bytes of %s by its checksum', async (name) => {
    const { damage, samples } = await prepared(name, overwritten(name, 0.5, 0.5 + 8 / whole.get(name)!.length));
    expect(damage?.places).toHaveLength(1);
    expect(samples / 48_000).toBeCloseTo(SECONDS, 1);
  });

  it('counts only what is used', async () => {
    await audio.media.file('late.mp3', overwritten('a.mp3', 0.8, 0.82));
    const late = await audio.prepare('late.mp3', { neededSamples: 48_000 * 6 });
    expect(late.damage).toBeNull();
  });
});

describe('prepareAudio of audio that is not damaged', () => {
  /** A tag with a picture of so many bytes. */
  function id3(bytes: number): Buffer {
    const size = [21, 14, 7, 0].map((shift) => (bytes >> shift) & 0x7f);
    return Buffer.concat([Buffer.from('ID3\x03\x00\x00', 'latin1'), Buffer.from(size), noise(bytes)]);
  }

  function ape(bytes: number): Buffer {
    const part = (flags: number) => {
      const head = Buffer.alloc(32);
      head.write('APETAGEX', 'latin1');
      [2000, bytes + 32, 1, flags].forEach((value, i) => head.writeUInt32LE(value, 8 + 4 * i));
      return head;
    };
    return Buffer.concat([part(0xa0000000), noise(bytes), part(0x80000000)]);
  }

  function noise(bytes: number): Buffer {
    const random = createRandom(5);
    return Buffer.from(Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)));
  }

  const of = (name: string) => whole.get(name)!;
  const ID3V1 = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)]);

  it.each(FILES.map(([name]) => name))(
    'says nothing of %s as it is, cut within a packet, or begun within one',
    async (name) => {
      expect((await prepared(name, of(name))).damage).toBeNull();
      // The index of an MP4 is at its end.
      if (name === 'a.m4a') return;
      expect((await prepared(name, of(name).subarray(0, Math.floor(of(name).length * 0.7) + 13))).damage).toBeNull();
      if (!/\.(mp3|aac|ac3|ts)$/.test(name)) return;
      expect((await prepared(name, of(name).subarray(30_013))).damage).toBeNull();
    },
  );

  it.each<readonly [string, string, () => Buffer[]]>([
    ['a tag before it', 'a.mp3', () => [id3(60_000), of('no-xing.mp3')]],
    ['two tags before it', 'a.mp3', () => [id3(60_000), id3(50_000), of('no-xing.mp3')]],
    ['a large tag behind it', 'a.mp3', () => [of('a.mp3'), ape(80_000), ID3V1]],
    ['a large tag behind it and no Xing', 'a.mp3', () => [of('no-xing.mp3'), ape(80_000)]],
    ['zeros behind it', 'a.mp3', () => [of('a.mp3'), Buffer.alloc(80_000)]],
    ['noise behind it', 'a.mp3', () => [of('a.mp3'), noise(40_000)]],
    ['files with tags joined', 'a.mp3', () => [id3(90_000), of('no-xing.mp3'), ID3V1, id3(90_000), of('vbr.mp3')]],
    ['files with large tags behind them joined', 'a.mp3', () => [of('a.mp3'), ape(80_000), of('vbr.mp3')]],
    ['files with tags joined', 'a.aac', () => [of('a.aac'), id3(60_000), of('a.aac')]],
    ['a small tag behind it', 'a.flac', () => [of('a.flac'), ID3V1]],
    ['files joined', 'a.flac', () => [of('a.flac'), of('a.flac')]],
    ['files joined', 'a.opus', () => [of('a.opus'), of('a.opus')]],
    ['files joined', 'vorbis.ogg', () => [of('vorbis.ogg'), of('vorbis.ogg')]],
  ])('says nothing of %s: %s', async (_, name, parts) => {
    expect((await prepared(name, Buffer.concat(parts()))).damage).toBeNull();
  });

  it('says nothing of pauses without packets', async () => {
    await audio.media.make('dtx.webm', [...SOURCE, '-c:a', 'libopus', '-bsf:a', "noise=drop='between(pts*tb,3,7)'"]);
    const pauses = await readFile(audio.media.path('dtx.webm'));
    expect((await prepared('dtx.webm', pauses)).damage).toBeNull();
    // Nor where it is cut off, of which ffmpeg complains.
    expect((await prepared('dtx.webm', pauses.subarray(0, pauses.length - 1000))).damage).toBeNull();
  });
});

describe('a render with damaged audio', () => {
  const FIELD = 'spec.montage.music.uri';
  const still = (changes: Partial<Montage>) =>
    montageOf(0, {
      materials: [{ uri: 'image.png', field: 'spec.montage.materials[0].uri' }],
      longestClipUs: 12_000_000,
      ...changes,
    });
  const music = (uri: string) => still({ music: { asset: { uri, field: FIELD }, gainDb: 0, fadeOutUs: 0 } });
  const narration = (uri: string) =>
    still({ narration: { asset: { uri, field: 'spec.montage.narration.uri' }, gainDb: 0 } });

  beforeAll(async () => {
    await bench.media.image('image.png', { size: '96x54', colors: ['202020', '404040', '606060', '808080'] });
    await bench.media.file('scratched.mp3', overwritten('a.mp3', 0.5, 0.53));
    await bench.media.file('broken.mp3', overwritten('a.mp3', 0.4, 0.6));
    await bench.media.file('whole.mp3', whole.get('a.mp3')!);
  });

  it('has a warning with its field, how much it is and from when, each time', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-damage-'));
    try {
      const artifacts = createLocalArtifacts({ folder, maxBytes: 100_000_000 });
      for (const form of [music('scratched.mp3'), music('scratched.mp3')]) {
        const { warnings } = await bench.render(form, {}, {}, { artifacts });
        expect(warnings).toMatchObject([{ code: 'INPUT_DAMAGED', field: FIELD, count: 1 }]);
        expect(warnings[0]?.message).toMatch(
          /^about 0\.\d\d s of \d+\.\d\d s of this audio are damaged \([23]\.\d %\), from about [56]\.\d\d s on; they are silent$/,
        );
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('warns of a narration, too, and not of sound that is whole', async () => {
    const { warnings } = await bench.render(narration('scratched.mp3'));
    expect(warnings).toMatchObject([{ code: 'INPUT_DAMAGED', field: 'spec.montage.narration.uri' }]);
    expect((await bench.render(music('whole.mp3'))).warnings).toEqual([]);
  });

  it('fails with its field when more than a tenth is damaged', async () => {
    expect(await bench.failure(music('broken.mp3'))).toMatchObject({ reason: 'INPUT_DAMAGED', field: FIELD });
    expect(await bench.failure(narration('broken.mp3'))).toMatchObject({
      reason: 'INPUT_DAMAGED',
      field: 'spec.montage.narration.uri',
    });
  });
});
