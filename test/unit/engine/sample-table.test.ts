import { describe, expect, it } from 'vitest';
import { readSampleTable } from '../../../src/engine/mp4/sample-table.js';

function box(kind: string, ...numbers: readonly number[]): Buffer {
  const content = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, i) => content.writeInt32BE(number | 0, 4 * i));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(kind, 4, 'latin1');
  return Buffer.concat([head, content]);
}

/** Five samples in three chunks: two, two, and one. */
const STTS = box('stts', 0, 2, 4, 512, 1, 256);
const SIZES = box('stsz', 0, 0, 5, 10, 20, 30, 40, 50);
const RUNS = box('stsc', 0, 2, 1, 2, 1, 3, 1, 1);
const OFFSETS = box('stco', 0, 3, 100, 200, 300);
const GB_8 = 8 * 1024 ** 3;
const FAR_OFFSETS = box('co64', 0, 3, 0, 100, 0, 200, 2, 0);
const table = (...boxes: readonly Buffer[]) => Buffer.concat(boxes);

describe('a table of samples', () => {
  it('has their number, their lengths and the first time at which one is shown', () => {
    expect(readSampleTable(table(STTS, SIZES, RUNS, OFFSETS), 350)).toEqual({
      count: 5,
      duration: 4 * 512 + 256,
      steps: [512, 256],
      firstShown: 0,
    });
    // The second is shown first, half of a step before its own time of decoding.
    const reordered = box('ctts', 1, 2, 1, 1024, 4, -256);
    expect(readSampleTable(table(STTS, SIZES, RUNS, OFFSETS, reordered), 350)).toMatchObject({ firstShown: 256 });
  });

  it('may point behind the first 4 GiB, and have samples of one size', () => {
    expect(readSampleTable(table(STTS, SIZES, RUNS, FAR_OFFSETS), GB_8 + 50)).toMatchObject({ count: 5 });
    expect(readSampleTable(table(STTS, SIZES, RUNS, FAR_OFFSETS), GB_8 + 49)).toBeNull();
    expect(readSampleTable(table(STTS, box('stsz', 0, 10, 5), RUNS, OFFSETS), 310)).toMatchObject({ count: 5 });
    expect(readSampleTable(table(STTS, box('stsz', 0, 10, 5), RUNS, OFFSETS), 309)).toBeNull();
  });

  it.each([
    ['a file that ends within a sample', table(STTS, SIZES, RUNS, OFFSETS), 349],
    ['fewer times than samples', table(box('stts', 0, 1, 4, 512), SIZES, RUNS, OFFSETS), 350],
    ['times that end too early', table(box('stts', 0, 2, 4, 512), SIZES, RUNS, OFFSETS), 350],
    ['more samples in chunks than there are', table(STTS, SIZES, box('stsc', 0, 1, 1, 2, 1), OFFSETS), 350],
    ['fewer samples in chunks than there are', table(STTS, SIZES, box('stsc', 0, 1, 1, 1, 1), OFFSETS), 350],
    ['a chunk too few', table(STTS, SIZES, RUNS, box('stco', 0, 2, 100, 200)), 350],
  ])('is none with %s', (_, stbl, fileBytes) => {
    expect(readSampleTable(stbl, fileBytes)).toBeNull();
  });

  it.each([
    ['without sizes', table(STTS, RUNS, OFFSETS)],
    ['without offsets', table(STTS, SIZES, RUNS)],
    ['with sizes twice', table(STTS, SIZES, SIZES, RUNS, OFFSETS)],
    ['with sizes that end too early', table(STTS, box('stsz', 0, 0, 5, 10), RUNS, OFFSETS)],
    ['with offsets that end too early', table(STTS, SIZES, RUNS, box('stco', 0, 3, 100))],
  ])('throws a RangeError %s', (_, stbl) => {
    expect(() => readSampleTable(stbl, 350)).toThrow(RangeError);
  });
});
