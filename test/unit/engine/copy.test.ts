import { describe, expect, it } from 'vitest';
import type { ClipEffect } from '../../../src/composition/clip-effect.js';
import type { Composition, Layer, VisualClip } from '../../../src/composition/composition.js';
import {
  nameOfSets,
  readAvcConfiguration,
  unitedSets,
  writeAvcConfiguration,
} from '../../../src/engine/mp4/avc-configuration.js';
import type { CopyableVideo } from '../../../src/engine/copy/copyable-video.js';
import { planCopies, type CopySource } from '../../../src/engine/copy/plan-copies.js';
import { pictureParametersId, readSequenceParameters } from '../../../src/engine/mp4/sequence-parameters.js';
import { untouchedSpans } from '../../../src/engine/copy/untouched-spans.js';
import { placed } from '../../support/frame-bench.js';
import { clipOf } from '../../support/copy-bench.js';

/** Records that x264 has written, by what they are. */
const RECORDS = {
  main: '014d4028ffe1001e674d4028eca03c0113f2e02d40404050000003001000000303c0f183196001000568ebe3cb20',
  tenBit: '017a000affe1001c677a000ab6cd94426c05a808080a000003000200000300781e244b2c001000668ebe3cb22c0fefafa00',
  fields: '01640015ffe1001b67640015acd9444d80b501010140000003004000000f07c50a658001000668fba3cb22c0fdf8f800',
  widePixels: '0164000affe1001b6764000aacd94426c39a808080a0000003002000000781e244b2c001000668ebe3cb22c0fdf8f800',
  untagged: '0142c00affe100176742c00ad90426c044000003000400000300f03c48992001000568cb83cb20',
  matrices: '0164000affe1001b6764000a10b365109b016a02020280000003008000001e078912cb010008681022be3cb3002cfdf8f800',
} as const;

const setsOf = (name: keyof typeof RECORDS) => readAvcConfiguration(Buffer.from(RECORDS[name], 'hex'))!;
const read = (name: keyof typeof RECORDS) => readSequenceParameters(setsOf(name).sequence[0]!);

describe('readSequenceParameters', () => {
  it('tells what decides whether pictures can be copied', () => {
    const colors = { primaries: 1, transfer: 1, matrix: 1, isFullRange: false };
    const plain = { id: 0, isEightBit420: true, isPlain: true, pixelShape: [1, 1], colors };
    expect(read('main')).toEqual({ ...plain, profile: 77, level: 40, width: 1920, height: 1080 });
    expect(read('tenBit')).toMatchObject({ profile: 122, isEightBit420: false, isPlain: false, colors });
    expect(read('fields')).toMatchObject({ profile: 100, isEightBit420: true, isPlain: false });
    expect(read('widePixels')).toMatchObject({ isPlain: true, pixelShape: [14, 0] });
    expect(read('untagged')).toMatchObject({ profile: 66, isPlain: true, colors: null });
    expect(read('matrices')).toEqual({ ...plain, id: 7, profile: 100, level: 10, width: 64, height: 64 });
    expect(pictureParametersId(setsOf('matrices').picture[0]!)).toBe(7);
  });

  it('throws a RangeError for bytes that are none, and for each that ends too early', () => {
    const whole = setsOf('main').sequence[0]!;
    expect(() => readSequenceParameters(new Uint8Array(64))).toThrow(RangeError);
    for (let length = 1; length < 12; length += 1)
      expect(() => readSequenceParameters(whole.subarray(0, length))).toThrow(RangeError);
  });
});

describe('parameter sets of a file', () => {
  it('are written as they were read', () => {
    for (const record of [RECORDS.main, RECORDS.matrices, RECORDS.untagged, RECORDS.fields]) {
      const sets = readAvcConfiguration(Buffer.from(record, 'hex'))!;
      expect(writeAvcConfiguration(sets).toString('hex')).toBe(record);
    }
  });

  it('are united, each once, with the highest profile and level', () => {
    const united = unitedSets([setsOf('main'), setsOf('matrices'), setsOf('main')]);
    expect([united.sequence.length, united.picture.length]).toEqual([2, 2]);
    expect(writeAvcConfiguration(united).subarray(0, 4).toString('hex')).toBe('01640028');
    expect(nameOfSets(setsOf('main'))).not.toBe(nameOfSets(setsOf('matrices')));
  });

  it('are not read from other bytes, or where lengths are of another size', () => {
    const bytes = Buffer.from(RECORDS.main, 'hex');
    for (let length = 0; length < bytes.length; length += 1)
      expect(readAvcConfiguration(bytes.subarray(0, length))).toBeNull();
    const short = Buffer.from(bytes);
    short[4] = 0xfd;
    expect(readAvcConfiguration(short)).toBeNull();
  });
});

function compositionOf(layers: readonly Layer[], frames: number, changes: Partial<Composition> = {}): Composition {
  const background = { r: 0, g: 0, b: 0, a: 255 };
  const frameRate = { num: 30, den: 1 };
  return { width: 192, height: 108, frameRate, frames, samples: 1, background, layers, audio: [], ...changes };
}

const track = (...clips: VisualClip[]): Layer => ({ kind: 'clips', clips });
const spansOf = (
  layers: readonly Layer[],
  range = { startFrame: 0, frames: 300 },
  changes: Partial<Composition> = {},
) =>
  untouchedSpans(compositionOf(layers, 300, changes), range).map(({ clip, startFrame, frames }) => [
    clip.asset.uri,
    startFrame,
    startFrame + frames,
  ]);

describe('untouchedSpans', () => {
  it('are the frames of one clip alone, within the range', () => {
    const layers = [track(clipOf('a', 0, 100), clipOf('b', 100, 100)), track(clipOf('c', 150, 20))];
    expect(spansOf(layers)).toEqual([
      ['a', 0, 100],
      ['b', 100, 150],
      ['b', 170, 200],
    ]);
    expect(spansOf(layers, { startFrame: 90, frames: 20 })).toEqual([
      ['a', 90, 100],
      ['b', 100, 110],
    ]);
  });

  it('leave out transitions, captions and the reach of effects', () => {
    const fade = { kind: 'fade', frames: 20 } as const;
    expect(spansOf([track(clipOf('a', 0, 100), clipOf('b', 80, 100, { transition: fade }))])).toEqual([
      ['a', 0, 80],
      ['b', 100, 180],
    ]);
    const cues = [{ startUs: 1_000_000, endUs: 2_000_000, text: 'x' }];
    const captions = { kind: 'captions', cues, style: {}, field: '' } as unknown as Layer;
    expect(spansOf([track(clipOf('a', 0, 100)), captions])).toEqual([
      ['a', 0, 29],
      ['a', 61, 100],
    ]);
    const withEffects = (...effects: ClipEffect[]) => spansOf([track(clipOf('a', 0, 100, { effects }))]);
    expect(withEffects({ kind: 'FADE_IN', frames: 10 }, { kind: 'SLIDE_OUT', frames: 10, side: 'LEFT' })).toEqual([
      ['a', 11, 89],
    ]);
    expect(withEffects({ kind: 'ZOOM', scale: 1.5 })).toEqual([]);
    expect(spansOf([track(clipOf('a', 0, 100, { backwardsFrom: 100 }))])).toEqual([]);
  });

  it('are none of images, other speeds, frozen frames, clips that have a place or are seen through, and pictures that are cut', () => {
    const placement = placed(192, 108);
    for (const changes of [
      { source: 'image' },
      { speed: 2 },
      { opacity: 0.5 },
      { frozen: true },
      { placement },
    ] as const)
      expect(spansOf([track(clipOf('a', 0, 100, changes))])).toEqual([]);
    const crop = { left: 0, top: 0, width: 96, height: 96 };
    expect(spansOf([track(clipOf('a', 0, 100))], undefined, { crop })).toEqual([]);
    const above = track(clipOf('b', 40, 20, { placement: placed(10, 10) }));
    expect(spansOf([track(clipOf('a', 0, 100)), above])).toEqual([
      ['a', 0, 40],
      ['a', 60, 100],
    ]);
  });
});

/** Frames in order, of which each so many can be begun with. */
function sourceOf(frames: number, group: number, changes: Partial<CopyableVideo> = {}): CopySource {
  const sets = setsOf('main');
  const video: CopyableVideo = {
    file: 'f',
    streamIndex: 0,
    width: 192,
    height: 108,
    frameRate: { num: 30, den: 1 },
    sets,
    ids: new Set([0]),
    level: 40,
    packets: Array.from({ length: frames }, (_, i) => ({ frame: i, atUs: 0, bytes: 1000, canBegin: i % group === 0 })),
    canEnd: Array.from({ length: frames + 1 }, (_, i) => i % 3 === 0),
    delay: 2,
    ...changes,
  };
  const details = { width: video.width, height: video.height, frameRate: video.frameRate };
  return { video, details: details as CopySource['details'] };
}

function runsOf(layers: readonly Layer[], sources: Record<string, CopySource>, most: number | null = null) {
  const composition = compositionOf(layers, 1000);
  const range = { startFrame: 0, frames: 1000 };
  return planCopies(composition, range, new Map(Object.entries(sources)), most).map(
    ({ startFrame, frames, firstPacket }) => [startFrame, startFrame + frames, firstPacket],
  );
}

describe('planCopies', () => {
  it('begins with a frame that can be begun with, and ends where all frames before are whole', () => {
    const layers = [track(clipOf('a', 10, 200, { trimStartUs: 1_000_000 }))];
    // Frames 30 to 230 of the file: from 60 to 228.
    expect(runsOf(layers, { a: sourceOf(600, 60) })).toEqual([[40, 208, 60]]);
    // The file ends at 150.
    expect(runsOf(layers, { a: sourceOf(150, 60) })).toEqual([[40, 130, 60]]);
  });

  it('leaves out runs below a second, groups of more than 10 s, and bits above the limit', () => {
    expect(runsOf([track(clipOf('a', 0, 29))], { a: sourceOf(600, 60) })).toEqual([]);
    expect(runsOf([track(clipOf('a', 0, 900))], { a: sourceOf(900, 700) })).toEqual([
      [0, 300, 0],
      [700, 900, 700],
    ]);
    const layers = [track(clipOf('a', 0, 90))];
    expect(runsOf(layers, { a: sourceOf(600, 60) }, 240_000)).toHaveLength(1);
    expect(runsOf(layers, { a: sourceOf(600, 60) }, 239_999)).toEqual([]);
  });

  it('takes no other size, rate or level than that of the video', () => {
    const layers = [track(clipOf('a', 0, 90))];
    for (const changes of [{ width: 190 }, { frameRate: { num: 30_000, den: 1001 } }, { level: 51 }])
      expect(runsOf(layers, { a: sourceOf(600, 60, changes) })).toEqual([]);
  });

  it('takes the parameter sets of the most frames alone', () => {
    const layers = [track(clipOf('a', 0, 90), clipOf('b', 90, 120), clipOf('c', 210, 90))];
    const other = { sets: setsOf('matrices') };
    const sources = { a: sourceOf(600, 60), b: sourceOf(600, 60, other), c: sourceOf(600, 60) };
    expect(runsOf(layers, sources)).toEqual([
      [0, 90, 0],
      [210, 300, 0],
    ]);
  });
});
