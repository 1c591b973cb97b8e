import { open, readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { ImageAnswer, ImageFacts, ImageJob } from '../image-protocol.js';
import { heifPropertiesOf, type HeifProperties } from './heif-properties.js';
import { isJpegDataWhole } from './is-jpeg-data-whole.js';
import { isOpaque, pixelsOf, pngOf, scaled, sharpOf, type Pixels } from './pixels.js';
import { readHeif } from './read-heif.js';
import { readStill } from './read-still.js';
import { wideRgbProfile } from './rgb-profile.js';
import { requireReadableColors } from './tiff-colors.js';
import { tiffOfPixels } from './tiff-of-pixels.js';

/** `meta` stands at the beginning of what cameras and encoders write. */
const AVIF_HEAD_BYTES = 1024 * 1024;

/** Reads an image, or the first of several. @throws ImageRefusedError; libvips' or libheif's error. */
export async function readImage(job: ImageJob, warnings: string[]): Promise<ImageAnswer> {
  const { pixels, properties, ...source } = await (job.format === 'heif' ? fromHeif(job) : fromVips(job, warnings));
  const shown = await toSrgb(pixels, properties);
  const hasAlpha = !isOpaque(shown);
  await writeFile(`${job.out}.png`, await pngOf(shown, hasAlpha ? 'keep' : 'drop').toBuffer());
  const { width, height } = shown;
  const { orientation, nclx } = properties;
  return { kind: 'image', width, height, ...source, hasAlpha, orientation, ...hdrColorOf(nclx) };
}

interface Read {
  readonly pixels: Pixels;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  readonly sourceHasAlpha: boolean;
  /** Its colours are still to be converted by these; it is upright. */
  readonly properties: HeifProperties;
}

async function fromHeif(job: ImageJob): Promise<Read> {
  const { pixels, properties, hasAlpha } = readHeif(await readFile(job.file));
  return {
    pixels: await pixelsOf(scaled(sharpOf(pixels), job.size)),
    sourceWidth: pixels.width,
    sourceHeight: pixels.height,
    sourceHasAlpha: hasAlpha,
    properties,
  };
}

async function fromVips(job: ImageJob, warnings: string[]): Promise<Read> {
  if (job.format === 'tiff') await requireReadableColors(job.file);
  const { pixels, metadata } = await readStill(job.file, job.size, warnings);
  if (job.format === 'jpeg' && !isJpegDataWhole(await readFile(job.file))) {
    throw new Error('its data do not hold as many blocks as its header says');
  }
  const { orientation = 1, hasAlpha: sourceHasAlpha, autoOrient } = metadata;
  const read = { pixels, sourceWidth: autoOrient.width, sourceHeight: autoOrient.height, sourceHasAlpha };
  if (job.format !== 'avif') {
    return { ...read, properties: { profile: null, nclx: null, orientation: orientation <= 8 ? orientation : 1 } };
  }
  // libheif turned it already, and libvips converted a profile, but not primaries that are only named.
  const own = heifPropertiesOf(await headOf(job.file, AVIF_HEAD_BYTES));
  return { ...read, properties: { ...own, profile: null, nclx: own.profile ? null : own.nclx } };
}

async function toSrgb(pixels: Pixels, { profile, nclx }: HeifProperties): Promise<Pixels> {
  const from = profile ?? (nclx && hdrColorOf(nclx).transfer === 'sdr' ? wideRgbProfile(nclx.primaries) : null);
  return from === null ? pixels : pixelsOf(sharp(tiffOfPixels(pixels, from), { limitInputPixels: false }));
}

/** Numbers of ITU-T H.273: PQ and HLG, and the primaries of BT.2020 and Display P3. What is not HDR has been converted. */
function hdrColorOf(nclx: HeifProperties['nclx']): Pick<ImageFacts, 'transfer' | 'primaries'> {
  if (nclx?.transfer !== 16 && nclx?.transfer !== 18) return { transfer: 'sdr', primaries: 'bt709' };
  const primaries = nclx.primaries === 9 ? 'bt2020' : nclx.primaries === 12 ? 'p3' : 'bt709';
  return { transfer: nclx.transfer === 16 ? 'pq' : 'hlg', primaries };
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
