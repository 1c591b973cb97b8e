import sharp from 'sharp';
import type { Frame } from './animation.js';
import type { Apng, ApngFrame } from './apng-chunks.js';
import { frameDurationUs } from './animation.js';
import { ImageRefusedError } from './image-refused-error.js';
import { pixelsOf, type Pixels } from './pixels.js';
import { STRICT } from './read-still.js';

/** The frames of an APNG, each laid on those before it as the format says; libvips reads only the first. */
export async function* readApng({ width, height, frames }: Apng, count: number): AsyncGenerator<Frame> {
  let canvas: Buffer = Buffer.alloc(width * height * 4);
  for (const [i, frame] of frames.slice(0, count).entries()) {
    if (frame.x + frame.width > width || frame.y + frame.height > height) {
      throw new ImageRefusedError(
        'INPUT_DAMAGED',
        'this PNG animation is damaged: a picture of it lies outside of its area; send it again from an intact copy',
      );
    }
    const picture = await pixelsOf(sharp(frame.png(), STRICT).ensureAlpha());
    // Before the first frame there is nothing to go back to.
    const dispose = frame.dispose === 2 && i === 0 ? 1 : frame.dispose;
    const before = dispose === 2 ? Buffer.from(canvas) : null;
    lay(picture, frame, canvas, width);
    yield {
      pixels: { data: Buffer.from(canvas), width, height, channels: 4 },
      durationUs: frameDurationUs(frame.delayMs),
    };
    if (before) canvas = before;
    else if (dispose === 1) clear(frame, canvas, width);
  }
}

function lay(picture: Pixels, { x, y, width, height, blend }: ApngFrame, canvas: Buffer, canvasWidth: number): void {
  for (let row = 0; row < height; row += 1) {
    const to = ((y + row) * canvasWidth + x) * 4;
    const from = row * width * 4;
    if (blend === 0) picture.data.copy(canvas, to, from, from + width * 4);
    else for (let i = 0; i < width * 4; i += 4) layOver(picture.data, from + i, canvas, to + i);
  }
}

/** `over` of Porter and Duff, for alpha that is not multiplied in; the PNG specification wants it this way. */
function layOver(source: Buffer, from: number, target: Buffer, to: number): void {
  const above = source[from + 3] ?? 0;
  if (above === 0) return;
  const below = target[to + 3] ?? 0;
  if (above === 255 || below === 0) {
    source.copy(target, to, from, from + 4);
    return;
  }
  const seen = below * (255 - above);
  const total = above * 255 + seen;
  for (let c = 0; c < 3; c += 1)
    target[to + c] = Math.round(((source[from + c] ?? 0) * above * 255 + (target[to + c] ?? 0) * seen) / total);
  target[to + 3] = Math.round(total / 255);
}

function clear({ x, y, width, height }: ApngFrame, canvas: Buffer, canvasWidth: number): void {
  for (let row = 0; row < height; row += 1) {
    const at = ((y + row) * canvasWidth + x) * 4;
    canvas.fill(0, at, at + width * 4);
  }
}
