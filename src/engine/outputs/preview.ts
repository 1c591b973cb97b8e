import { readFile, stat } from 'node:fs/promises';
import type { Rational } from '../../composition/frame-grid.js';
import type { Scratch } from '../scratch.js';
import { OVER_BLACK } from './poster.js';

/** Filters and the encoder of ffmpeg that previews need. */
export const PREVIEW_FILTERS: readonly string[] = ['split', 'select', 'scale', 'format', 'geq'];
export const PREVIEW_ENCODER = 'mjpeg';

const PREVIEW_PAD = 'preview';
const TO_FULL_RANGE = ['out_range=full'];
/** Length of the short side; a smaller video is not enlarged. */
const SHORT_SIDE = 180;

/** Finished frames that previews show. */
export interface PreviewedPad {
  readonly pad: string;
  readonly hasAlpha: boolean;
  /** Whether they are in the memory of a device. */
  readonly isOnDevice: boolean;
}

/** From the memory of a device, in the format in which it encodes. */
const FROM_DEVICE: readonly string[] = ['hwdownload', 'format=nv12'];

/**
 * Filters behind a graph that show one frame for each second of a pad's video, small. Its own frames pass unchanged. That costs a render less than
 * a hundredth of its CPU time, even at the fastest preset.
 */
export function previewGraph({ pad, hasAlpha, isOnDevice }: PreviewedPad, { num, den }: Rational): string {
  const every = Math.max(1, Math.round(num / den));
  const scale = [
    `w='if(gt(iw,ih),-2,min(${SHORT_SIDE},iw))'`,
    `h='if(gt(iw,ih),min(${SHORT_SIDE},ih),-2)'`,
    // As JPEG has it.
    ...['flags=fast_bilinear', ...(hasAlpha ? [] : TO_FULL_RANGE)],
  ];
  const overBlack = hasAlpha ? [...OVER_BLACK, `scale=${TO_FULL_RANGE.join(':')}`] : [];
  const seconds = [`select='not(mod(n,${every}))'`, ...(isOnDevice ? FROM_DEVICE : [])];
  const chain = [...seconds, `scale=${scale.join(':')}`, ...overBlack, 'format=yuv420p'];
  return `;[${pad}]split[${pad}][${PREVIEW_PAD}_in];[${PREVIEW_PAD}_in]${chain.join(',')}[${PREVIEW_PAD}]`;
}

/** Arguments behind a command that write the preview into a file, each anew and in one step. */
export function previewArguments(file: string): readonly string[] {
  return [
    ...['-map', `[${PREVIEW_PAD}]`, '-fps_mode:v', 'passthrough', '-map_metadata', '-1'],
    // A pixel format whose range is given by a flag is "unofficial" in JPEG to ffmpeg; the official one it calls deprecated, in a line for each frame.
    ...['-c:v', PREVIEW_ENCODER, '-strict', 'unofficial', '-q:v', '5'],
    ...['-f', 'image2', '-update', '1', '-atomic_writing', '1', `file:${file}`],
  ];
}

/** Reads the previews of an attempt's commands. */
export interface PreviewReader {
  /** A command that writes this file has got on. Never blocks. */
  readonly look: (file: string) => void;
  /** Reads none any more. */
  readonly close: () => void;
}

export interface PreviewReaderOptions {
  readonly scratch: Pick<Scratch, 'path'>;
  readonly onPreview: (jpeg: Uint8Array) => void;
  /** Milliseconds that never go back. */
  readonly nowMs?: () => number;
}

const INTERVAL_MS = 1_000;
/** A JPEG of this size is many times smaller. */
const MAX_BYTES = 256 * 1024;

/** Reads a preview at most once a second, whichever command it is of, and each once. */
export function createPreviewReader({
  scratch,
  onPreview,
  nowMs = () => performance.now(),
}: PreviewReaderOptions): PreviewReader {
  const seen = new Map<string, number>();
  let nextMs = -Infinity;
  let isClosed = false;

  async function read(file: string): Promise<void> {
    const { mtimeMs, size } = await stat(scratch.path(file));
    if (seen.get(file) === mtimeMs || size > MAX_BYTES) return;
    const jpeg = await readFile(scratch.path(file));
    if (isClosed) return;
    seen.set(file, mtimeMs);
    nextMs = nowMs() + INTERVAL_MS;
    onPreview(jpeg);
  }

  return {
    look(file) {
      if (isClosed || nowMs() < nextMs) return;
      nextMs = Infinity;
      read(file)
        // There is none yet, or none any more.
        .catch(() => undefined)
        .finally(() => {
          if (nextMs === Infinity) nextMs = nowMs();
        });
    },
    close: () => {
      isClosed = true;
    },
  };
}
