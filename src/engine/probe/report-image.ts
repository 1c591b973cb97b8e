import { RenderError } from '../../task/failure.js';
import type { MediaReport, VideoReport } from '../../task/ports/media-inspector.js';
import { readImages } from '../images/read-images.js';
import type { ImageFormat } from '../images/sniffed-format.js';
import type { ToolContext } from '../process/run-tool.js';
import type { ProbeTarget } from './run-probe.js';

/** What is told needs no more of it. */
const SIZE = { width: 64, height: 64, fit: 'inside' } as const;

/** ffmpeg's names of the containers and codecs of images. */
const NAMES: Readonly<Record<ImageFormat, readonly [container: string, codec: string]>> = {
  jpeg: ['jpeg_pipe', 'mjpeg'],
  png: ['png_pipe', 'png'],
  webp: ['webp_pipe', 'webp'],
  gif: ['gif', 'gif'],
  tiff: ['tiff_pipe', 'tiff'],
  avif: ['avif', 'av1'],
  heif: ['heif', 'hevc'],
  bmp: ['bmp_pipe', 'bmp'],
  pnm: ['ppm_pipe', 'ppm'],
  qoi: ['qoi_pipe', 'qoi'],
};

/** Clockwise turns of EXIF orientations 1 to 8. In those of `MIRRORED` left and right are exchanged before. */
const TURNS = [0, 0, 180, 180, 270, 90, 90, 270] as const;
const MIRRORED = [2, 4, 5, 7];

/** What an image is: it is decoded for that, and an animation as far as `untilUs`. @throws RenderError for one that cannot be read, with the target's field. */
export async function reportImage(
  context: ToolContext,
  { file, field }: ProbeTarget,
  format: ImageFormat,
  untilUs: number,
): Promise<MediaReport> {
  const [image] = await readImages(context, [{ file, field, format, size: SIZE, neededUs: untilUs }], {
    folder: 'image',
  });
  if (!image) throw new RangeError('the image was left out');
  if (image.kind === 'refused') throw new RenderError(image.reason, image.message, { field });
  const [container, codec] = NAMES[format];
  const isAnimated = image.kind === 'animation';
  const durationUs = isAnimated ? image.durationUs : null;
  const { orientation, sourceWidth, sourceHeight, sourceHasAlpha } = image;
  const isLying = orientation >= 5;
  const video: VideoReport = {
    image: !isAnimated,
    codec: isAnimated && format === 'png' ? 'apng' : codec,
    width: isLying ? sourceHeight : sourceWidth,
    height: isLying ? sourceWidth : sourceHeight,
    rotation: TURNS[orientation - 1] ?? 0,
    frameRate: null,
    durationUs,
    pixelFormat: sourceHasAlpha ? 'rgba' : 'rgb24',
    alpha: sourceHasAlpha,
    pixelAspectRatio: null,
    mirrored: MIRRORED.includes(orientation),
    displayWidth: sourceWidth,
    displayHeight: sourceHeight,
    orientationApplied: orientation !== 1,
    decoded: true,
  };
  return { format: isAnimated && format === 'png' ? 'apng' : container, durationUs, video, audio: null };
}
