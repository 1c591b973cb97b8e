import path from 'node:path';
import { SIMPLE_IMAGE_GUARDS, MAX_PIXELS } from '../limits.js';
import { runTool, type ToolContext } from '../process/run-tool.js';
import type { ImageRefusal, ImageRequest } from './image-request.js';
import { isCutOff } from './reader/is-cut-off.js';
import type { ImageFormat } from './sniffed-format.js';

/** What the reader of images is given. */
interface ReadableFile {
  readonly file: string;
  readonly format: ImageFormat;
}

const NAMES: Readonly<Partial<Record<ImageFormat, string>>> = { bmp: 'BMP', pnm: 'PNM', qoi: 'QOI' };

/**
 * libvips here has no reader of BMP, PNM and QOI. They hold plain pixels, which ffmpeg reads right as long as they are there, so it makes PNGs
 * of them first. Files of other formats are returned as they are.
 */
export async function convertSimpleImage(
  context: ToolContext,
  { file, format, field }: ImageRequest,
  out: string,
): Promise<ReadableFile | ImageRefusal> {
  const name = NAMES[format];
  if (name === undefined) return { file, format };
  const refuse = (reason: ImageRefusal['reason'], message: string): ImageRefusal => ({
    kind: 'refused',
    reason,
    message,
    field,
  });
  if (await isCutOff(path.join(context.cwd, file), format)) {
    return refuse('INPUT_TRUNCATED', `this ${name} image is cut off: its end is missing; upload it again completely`);
  }
  const strict = ['-xerror', '-err_detect', 'explode'];
  const args = [
    ...[
      '-nostdin',
      '-hide_banner',
      '-nostats',
      '-v',
      'level+error',
      ...strict,
      ...SIMPLE_IMAGE_GUARDS,
      '-i',
      `file:${file}`,
    ],
    ...['-frames:v', '1', '-c:v', 'png', '-compression_level', '1', '-f', 'image2', '-y', `file:${out}`],
  ];
  const { exitCode, stderrTail } = await runTool(context, 'ffmpeg', args, { field });
  if (exitCode === 0) return { file: out, format: 'png' };
  if (/exceeds specified max pixel count|Picture size \d+x\d+ is invalid/i.test(stderrTail)) {
    return refuse('INPUT_TOO_LARGE', `an image may have at most ${MAX_PIXELS / 1e6} million pixels`);
  }
  return refuse('INPUT_DAMAGED', `this ${name} image is damaged; send it again from an intact copy`);
}
