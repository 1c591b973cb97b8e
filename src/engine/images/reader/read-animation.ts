import { open, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { MAX_PIXELS } from '../../limits.js';
import type { ImageAnswer, ImageJob } from '../image-protocol.js';
import { frameDurationUs, neededFrames, requireAffordable, writeAnimation } from './animation.js';
import { parseApng } from './apng-chunks.js';
import { countWebpFrames } from './count-webp-frames.js';
import { cutOff, tooLarge } from './explain-failure.js';
import { ImageRefusedError } from './image-refused-error.js';
import { isCutOff } from './is-cut-off.js';
import { readApng } from './read-apng.js';
import { readPages } from './read-pages.js';
import { STRICT } from './read-still.js';

/** Reads a GIF, WebP or PNG of several frames. Null: it is a still. @throws ImageRefusedError; libvips' error. */
export async function readAnimation(
  job: ImageJob,
  warnings: string[],
  onFrame: () => void,
): Promise<ImageAnswer | null> {
  switch (job.format) {
    case 'gif':
      // libvips shows the frames before the cut without a word.
      if (await isCutOff(job.file, 'gif')) throw cutOff('GIF');
      return readPaged(job, warnings, onFrame);
    case 'webp':
      return readPaged(job, warnings, onFrame);
    case 'png':
      return readAnimatedPng(job, onFrame);
    case 'jpeg':
    case 'tiff':
    case 'avif':
    case 'heif':
    case 'bmp':
    case 'pnm':
    case 'qoi':
      return null;
  }
}

async function readPaged(job: ImageJob, warnings: string[], onFrame: () => void): Promise<ImageAnswer | null> {
  const metadata = await sharp(job.file, { ...STRICT, limitInputPixels: false, pages: -1 }).metadata();
  const { width, height, pageHeight = height, pages = 1, delay = [], hasAlpha } = metadata;
  if (width * pageHeight > MAX_PIXELS) throw tooLarge();
  if (job.format === 'webp' && (await countWebpFrames(job.file)) > pages) {
    const message =
      'this WebP animation is damaged: not all of its pictures can be read; send it again from an intact copy';
    throw new ImageRefusedError('INPUT_DAMAGED', message);
  }
  if (pages === 1) return null;
  const durationsUs = Array.from({ length: pages }, (_, i) => frameDurationUs(delay[i] ?? 0));
  const { needed, totalUs } = neededFrames(durationsUs, job.neededUs);
  requireAffordable(needed.length, width, pageHeight);
  return writeAnimation(readPages(job.file, metadata, needed, warnings), job, { totalUs, hasAlpha }, onFrame);
}

async function readAnimatedPng(job: ImageJob, onFrame: () => void): Promise<ImageAnswer | null> {
  const { width, height, hasAlpha } = await sharp(job.file, STRICT).metadata();
  if (!(await hasAnimationControl(job.file))) return null;
  if (await isCutOff(job.file, 'png')) throw cutOff('PNG');
  const apng = parseApng(await readFile(job.file));
  if (!apng || apng.frames.length < 2) return null;
  const durationsUs = apng.frames.map(({ delayMs }) => frameDurationUs(delayMs));
  const { needed, totalUs } = neededFrames(durationsUs, job.neededUs);
  requireAffordable(needed.length, width, height);
  return writeAnimation(readApng(apng, needed.length), job, { totalUs, hasAlpha }, onFrame);
}

/** Whether a PNG has the chunk of an animation before its pixels. */
async function hasAnimationControl(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(8);
    for (let at = 8; ; at += 12 + head.readUInt32BE(0)) {
      const { bytesRead } = await handle.read(head, 0, 8, at);
      const type = head.toString('latin1', 4);
      if (bytesRead < 8 || type === 'IDAT' || type === 'IEND') return false;
      if (type === 'acTL') return true;
    }
  } finally {
    await handle.close();
  }
}
