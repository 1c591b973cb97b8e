import { open, readFile } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';
import { MAX_PIXELS } from '../../limits.js';
import type { ImageAnswer, ImageFacts, ImageJob } from '../image-protocol.js';
import { frameDurationUs, neededFrames, requireAffordable, writeAnimation } from './animation.js';
import { parseApng } from './apng-chunks.js';
import { countWebpFrames } from './count-webp-frames.js';
import { cutOff, explainFailure } from './explain-failure.js';
import { heifPropertiesOf, type HeifProperties } from './heif-properties.js';
import { ImageRefusedError } from './image-refused-error.js';
import { isCutOff } from './is-cut-off.js';
import { isJpegDataWhole } from './is-jpeg-data-whole.js';
import { isOpaque, pixelsOf, scaled, sharpOf, writePng, type Pixels } from './pixels.js';
import { readApng } from './read-apng.js';
import { readHeif } from './read-heif.js';
import { readPages } from './read-pages.js';
import { readStill, STRICT } from './read-still.js';
import { wideRgbProfile } from './rgb-profile.js';
import { tiffOfPixels } from './tiff-of-pixels.js';

/** PQ and HLG in ITU-T H.273. */
const HDR_TRANSFERS = [16, 18];
/** `meta` stands at the beginning of what cameras and encoders write. */
const AVIF_HEAD_BYTES = 1024 * 1024;

/** Does one job, whatever is in the file: what cannot be read is an answer. @throws only for faults of ours or of the disk. */
export async function readJob(job: ImageJob, onFrame: () => void): Promise<ImageAnswer> {
  const warnings: string[] = [];
  try {
    return (await readAnimation(job, warnings, onFrame)) ?? (await readImage(job, warnings));
  } catch (error) {
    if (isDiskFault(error)) throw error;
    const { reason, message } = await explainFailure(error, job, warnings);
    return { kind: 'refused', reason, message };
  }
}

/** Null: it is a still. */
async function readAnimation(job: ImageJob, warnings: string[], onFrame: () => void): Promise<ImageAnswer | null> {
  switch (job.format) {
    case 'gif':
      // libvips shows the pictures before the cut without a word.
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
  const pages = metadata.pages ?? 1;
  if (metadata.width * (metadata.pageHeight ?? metadata.height) > MAX_PIXELS)
    throw new RangeError('exceeds pixel limit');
  if (job.format === 'webp' && (await countWebpFrames(job.file)) > pages) {
    throw new ImageRefusedError(
      'INPUT_DAMAGED',
      'this WebP animation is damaged: not all of its pictures can be read; send it again from an intact copy',
    );
  }
  if (pages === 1) return null;
  const { needed, totalUs } = neededFrames(
    Array.from({ length: pages }, (_, i) => frameDurationUs(metadata.delay?.[i] ?? 0)),
    job.neededUs,
  );
  requireAffordable(needed.length, metadata.width, metadata.pageHeight ?? metadata.height);
  return writeAnimation(readPages(job.file, metadata, needed, warnings), job, totalUs, onFrame);
}

async function readAnimatedPng(job: ImageJob, onFrame: () => void): Promise<ImageAnswer | null> {
  const { width, height } = await sharp(job.file, STRICT).metadata();
  if (!(await hasAnimationControl(job.file))) return null;
  if (await isCutOff(job.file, 'png')) throw cutOff('PNG');
  const apng = parseApng(await readFile(job.file));
  if (!apng || apng.frames.length < 2) return null;
  const { needed, totalUs } = neededFrames(
    apng.frames.map(({ delayMs }) => frameDurationUs(delayMs)),
    job.neededUs,
  );
  requireAffordable(needed.length, width, height);
  return writeAnimation(readApng(apng, needed.length), job, totalUs, onFrame);
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

async function readImage(job: ImageJob, warnings: string[]): Promise<ImageAnswer> {
  const { pixels, source, properties } = job.format === 'heif' ? await fromHeif(job) : await fromVips(job, warnings);
  const shown = await toSrgb(pixels, properties);
  const hasAlpha = !isOpaque(shown);
  await writePng(shown, `${job.out}.png`, hasAlpha ? 'keep' : 'drop');
  const isHdr = properties.nclx !== null && HDR_TRANSFERS.includes(properties.nclx.transfer);
  const facts: ImageFacts = {
    width: shown.width,
    height: shown.height,
    ...source,
    hasAlpha,
    isTurned: properties.isTurned,
    isHdr,
  };
  return { kind: 'image', facts };
}

interface Read {
  readonly pixels: Pixels;
  readonly source: { readonly sourceWidth: number; readonly sourceHeight: number };
  /** What is still to be done with its colours. */
  readonly properties: HeifProperties;
}

async function fromHeif(job: ImageJob): Promise<Read> {
  const { pixels, properties } = readHeif(await readFile(job.file));
  return {
    pixels: await pixelsOf(scaled(sharpOf(pixels), job.size)),
    source: { sourceWidth: pixels.width, sourceHeight: pixels.height },
    properties,
  };
}

async function fromVips(job: ImageJob, warnings: string[]): Promise<Read> {
  const { pixels, metadata } = await readStill(job.file, job.size, warnings);
  if (job.format === 'jpeg' && !isJpegDataWhole(await readFile(job.file))) {
    throw new Error('its data do not hold as many blocks as its header says');
  }
  const { width, height } = metadata.autoOrient;
  const source = { sourceWidth: width, sourceHeight: height };
  if (job.format !== 'avif')
    return { pixels, source, properties: { profile: null, nclx: null, isTurned: isTurned(metadata) } };
  // libheif turned it already, and libvips converted a profile, but not primaries that are only named.
  const properties = heifPropertiesOf(await headOf(job.file, AVIF_HEAD_BYTES));
  return {
    pixels,
    source,
    properties: { ...properties, profile: null, nclx: properties.profile ? null : properties.nclx },
  };
}

function isTurned({ orientation = 1 }: Metadata): boolean {
  return orientation > 1 && orientation <= 8;
}

async function toSrgb(pixels: Pixels, { profile, nclx }: HeifProperties): Promise<Pixels> {
  const from = profile ?? (nclx && !HDR_TRANSFERS.includes(nclx.transfer) ? wideRgbProfile(nclx.primaries) : null);
  return from === null ? pixels : pixelsOf(sharp(tiffOfPixels(pixels, from), { limitInputPixels: false }));
}

async function headOf(file: string, bytes: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(bytes);
    const { bytesRead } = await handle.read(head, 0, bytes, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** What has a system's code, or says that nothing can be written, is no matter of the image. */
function isDiskFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    ('code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code)) ||
    /No space left|unable to (?:open|write to) (?:file|target) .*\.png/.test(error.message)
  );
}
