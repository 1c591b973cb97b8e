import { afterAll, beforeAll, expect, it } from 'vitest';
import { readVideo } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';
import { formOf } from '../../support/timeline.js';

const [WIDTH, HEIGHT] = [480, 136];

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
});
afterAll(() => bench.close());

/** The columns of green; null: there is none. */
function greenIn(picture: Uint8Array): { readonly left: number; readonly right: number } | null {
  let [left, right] = [WIDTH, -1];
  for (let i = 0; i < WIDTH * HEIGHT; i += 1) {
    const [r = 0, g = 0, b = 0] = picture.subarray(3 * i, 3 * i + 3);
    if (g < 120 || r > g / 2 || b > g / 2) continue;
    left = Math.min(left, i % WIDTH);
    right = Math.max(right, i % WIDTH);
  }
  return right < 0 ? null : { left, right };
}

it('highlights the words of a file of Whisper at their own times, in parts of a few words', async () => {
  // Uneven: by their lengths the words would share the time alike.
  const words = [
    { word: ' HHH', start: 0, end: 0.2 },
    { word: ' HHH', start: 0.2, end: 0.8 },
    { word: ' HHH', start: 1, end: 1.4 },
  ];
  const text = ' HHH HHH HHH';
  await bench.media.file(
    'speech.json',
    JSON.stringify({ text, segments: [{ id: 0, start: 0, end: 1.4, text, words }] }),
  );
  const subtitles = {
    ...{ uri: 'speech.json', maxWords: 2, highlight: { textColor: '#00FF00' } },
    style: { fontSize: 250, outlineWidth: 0, position: 'POSITION_CENTER' },
  };
  const { file } = await bench.render(
    formOf({ canvas: { width: WIDTH, height: HEIGHT }, tracks: [{ clips: [{ subtitles, duration: '1.6s' }] }] }),
  );
  const { frames } = await readVideo(file);
  const at = (seconds: number) => greenIn(frames[Math.round(seconds * 30)]!);
  const [first, second, third] = [at(0.1), at(0.5), at(1.2)];
  expect(first!.right).toBeLessThan(second!.left);
  expect(third!.left).toBeGreaterThan(first!.left);
  expect(third!.right).toBeLessThan(second!.right);
  // Each from its own first frame on; the pause belongs to nothing.
  expect(at(5 / 30)).toEqual(first);
  expect(at(6 / 30)).toEqual(second);
  expect(at(23 / 30)).toEqual(second);
  expect(at(0.9)).toBeNull();
  expect(at(1.5)).toBeNull();
});
