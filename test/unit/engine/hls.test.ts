import { describe, expect, it } from 'vitest';
import { bitRatesOf } from '../../../src/engine/outputs/hls/bit-rates.js';
import { parseMediaPlaylist, printMediaPlaylist } from '../../../src/engine/outputs/hls/media-playlist.js';
import { framesPerSegment, secondsOf } from '../../../src/engine/outputs/hls/segment-plan.js';

const segmentsOf = (sizes: readonly (readonly [seconds: number, bytes: number])[]) =>
  sizes.map(([seconds, bytes]) => ({ seconds, bytes, offset: 0 }));

describe('the bit rates of a stream', () => {
  it.each([
    [
      'is that of the largest segment',
      [
        [6, 600],
        [6, 1200],
        [6, 600],
      ],
      1600,
      1067,
    ],
    // The last one is too short to count by itself.
    [
      'takes a short segment with its neighbour',
      [
        [6, 600],
        [1, 1000],
      ],
      1829,
      1829,
    ],
    ['of a stream that is shorter than half a segment is its average', [[0.4, 1000]], 20_000, 20_000],
  ] as const)('the peak %s', (_, sizes, peak, average) => {
    expect(bitRatesOf(segmentsOf(sizes))).toEqual({ peak, average });
  });
});

describe('segments on the frame grid', () => {
  const frameRate = { num: 30_000, den: 1001 };

  it('have the whole number of frames that is nearest', () => {
    expect(framesPerSegment(6_000_000, { frameRate })).toBe(180);
    expect(framesPerSegment(2_500_000, { frameRate })).toBe(75);
  });

  it('last together as long as the video', () => {
    const content = { width: 2, height: 2, frameRate, frames: 1000, samples: 0 };
    const seconds = Array.from({ length: 6 }, (_, i) => secondsOf(i, 180, content));
    expect(seconds.slice(0, 5)).toEqual([6.006, 6.006, 6.006, 6.006, 6.006]);
    expect(seconds.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1000 / (30_000 / 1001), 6);
  });
});

describe('a media playlist', () => {
  const playlist = {
    file: 'a.mp4',
    head: { offset: 0, bytes: 800 },
    segments: [
      { seconds: 6, offset: 800, bytes: 10 },
      { seconds: 0.5, offset: 810, bytes: 20 },
    ],
  };

  it('is read as it was written', () => {
    const text = printMediaPlaylist(playlist);
    expect(text).toContain('#EXT-X-TARGETDURATION:6\n');
    expect(parseMediaPlaylist(text)).toEqual(playlist);
  });

  it.each([
    ['empty', () => ''],
    ['without an end', (text: string) => text.replace('#EXT-X-ENDLIST\n', '')],
    ['cut', (text: string) => text.slice(0, -30)],
    ['without a range', (text: string) => text.replace('#EXT-X-BYTERANGE:20@810\n', '')],
    ['without its map', (text: string) => text.replace(/#EXT-X-MAP.*\n/, '')],
    ['of two files', (text: string) => text.replace('@810\na.mp4', '@810\nb.mp4')],
  ])('that is %s is not taken', (_, change) => {
    expect(parseMediaPlaylist(change(printMediaPlaylist(playlist)))).toBeNull();
  });
});
