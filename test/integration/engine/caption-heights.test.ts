import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readVideo, type VideoContent } from '../../support/media-content.js';
import { captionsOf, montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const [WIDTH, HEIGHT, FONT_SIZE] = [320, 180, 24];
const rgb = (r: number, g: number, b: number) => ({ r, g, b, a: 255 });

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.image('grey.png', { size: `${WIDTH}x${HEIGHT}`, colors: ['404040', '404040', '404040', '404040'] });
});
afterAll(() => bench.close());

/** Rows of a frame that have something bright in them. */
function brightRows(video: VideoContent, frame: number): { top: number; bottom: number } {
  const picture = video.frames.at(frame)!;
  const rows = Array.from({ length: HEIGHT }, (_, y) => y).filter((y) => {
    for (let x = 0; x < WIDTH; x += 1) if (picture[(y * WIDTH + x) * 3 + 1]! > 0x90) return true;
    return false;
  });
  return { top: rows[0] ?? Number.NaN, bottom: rows.at(-1) ?? Number.NaN };
}

/** One row, three rows, and what libass breaks into two. */
const TEXTS = [
  ['■■■', 1],
  ['■\n■\n■', 3],
  ['Spring comes early and the river is high again', 2],
] as const;

describe('text at a height of its own', () => {
  it.each([0, 0.25, 0.5, 0.75, 1])('has %s of the free height above it', async (position) => {
    const cues = TEXTS.map(([text], i) => ({ text, startUs: i * 200_000, endUs: (i + 1) * 200_000 }));
    const style = {
      fontSize: FONT_SIZE,
      textColor: rgb(255, 255, 255),
      outlineColor: rgb(0, 0, 0),
      outlineWidth: 0,
      boxColor: null,
      boxShape: 'TEXT' as const,
      font: null,
      bold: false,
      position,
    };
    const { file } = await bench.render(
      montageOf(0, {
        width: WIDTH,
        height: HEIGHT,
        longestClipUs: 600_000,
        materials: [{ uri: 'grey.png', field: 'm' }],
        subtitles: captionsOf(cues, style),
      }),
    );
    const video = await readVideo(file);
    for (const [i, [text, rows]] of TEXTS.entries()) {
      const { top, bottom } = brightRows(video, i * 6 + 3);
      const textHeight = rows * FONT_SIZE;
      const middle = position * (HEIGHT - textHeight) + textHeight / 2;
      expect(Math.abs((top + bottom) / 2 - middle), `${text}: ${top} to ${bottom}`).toBeLessThan(FONT_SIZE / 4);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(bottom).toBeLessThan(HEIGHT);
    }
  });
});
