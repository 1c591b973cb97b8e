import { timeUsOf } from '../../composition/frame-grid.js';
import type { Size, ThumbnailFormat, Thumbnails } from '../../composition/output-spec.js';
import { scaledWithAlpha } from '../compositor/color/convert.js';
import { stillArguments } from '../command-line.js';
import { runTool, type ToolContext } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';
import { MAX_PROBE_BYTES } from '../limits.js';
import { parseProbeJson } from '../probe/probe-json.js';
import { mismatch } from './checks/read-back.js';
import type { FurtherFile } from './output-profile.js';
import type { PlannedOutput } from './plan-passes.js';
import { OVER_BLACK, TO_JPEG } from './poster.js';
import type { RenderContext } from './render-steps.js';
import { framesOfThumbnails } from './thumbnail-frames.js';
import { costOf } from '../steps/cost.js';
import { scratchFiles } from './scratch-files.js';

interface Kind {
  readonly extension: string;
  readonly contentType: string;
  /** Filters in a row from our colours to those of the format. */
  readonly colors: readonly string[];
  /** The same where they have alpha. */
  readonly withAlpha: readonly string[];
  /** Of the encoder. */
  readonly options: readonly string[];
}

const TO_RGB = 'scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int';

const KINDS: Readonly<Record<ThumbnailFormat, Kind>> = {
  JPEG: {
    extension: 'jpg',
    contentType: 'image/jpeg',
    colors: TO_JPEG,
    withAlpha: [...OVER_BLACK, ...TO_JPEG],
    options: ['-c:v', 'mjpeg', '-q:v', '3'],
  },
  PNG: {
    extension: 'png',
    contentType: 'image/png',
    colors: [TO_RGB, 'format=rgb24'],
    withAlpha: [TO_RGB, 'format=rgba'],
    options: ['-c:v', 'png'],
  },
  WEBP: {
    ...{
      extension: 'webp',
      contentType: 'image/webp',
      colors: [TO_RGB, 'format=bgra'],
      withAlpha: [TO_RGB, 'format=bgra'],
    },
    options: ['-c:v', 'libwebp', '-quality', '85'],
  },
};

/** The stills of an output. */
export function thumbnailFiles(output: PlannedOutput): FurtherFile[] {
  const { spec, content, key } = output;
  if (spec.thumbnails === null) return [];
  const { extension, contentType } = KINDS[spec.thumbnails.format];
  const size = sizeOfThumbnails(spec.thumbnails, content);
  return framesOfThumbnails(spec.thumbnails, content).map((_, i) => {
    const number = `${String(i + 1).padStart(2, '0')}.${extension}`;
    return {
      file: scratchFiles.thumbnail(output, number),
      part: { name: `${key}.thumbnail-${number}`, contentType, size },
    };
  });
}

function sizeOfThumbnails({ width }: Thumbnails, content: Size): Size {
  if (width === null) return { width: content.width, height: content.height };
  return { width, height: Math.max(2, 2 * Math.round((width * content.height) / content.width / 2)) };
}

/** Makes the stills of a finished file. @throws RenderError as `runTool`, or RENDER_FAILED. */
export async function makeThumbnails(output: PlannedOutput, { tools, takeSeat }: RenderContext): Promise<void> {
  const { spec, content, profile } = output;
  if (spec.thumbnails === null) return;
  const { colors, withAlpha, options } = KINDS[spec.thumbnails.format];
  const { width, height } = sizeOfThumbnails(spec.thumbnails, content);
  const frames = framesOfThumbnails(spec.thumbnails, content);
  const leave = await takeSeat(costOf({ decoded: [content.width * content.height], encoded: [width * height] }));
  try {
    for (const [i, { file }] of thumbnailFiles(output).entries()) {
      const frame = frames[i] ?? 0;
      // Half a frame before it, so that rounding in the file does not matter.
      const us = Math.max(0, timeUsOf(frame, content.frameRate) - timeUsOf(1, content.frameRate) / 2);
      const scaler = `scale=${width}:${height}:flags=bicubic+accurate_rnd+full_chroma_int`;
      const filters = profile.alphaDecoder === null ? [scaler, ...colors] : [...scaledWithAlpha(scaler), ...withAlpha];
      const args = stillArguments({
        decoder: profile.alphaDecoder,
        ...{ from: scratchFiles.pictures(output), seconds: (us / 1e6).toFixed(6), to: file },
        options: ['-vf', [...filters, 'setsar=1'].join(','), ...options],
      });
      const result = await runTool(tools, 'ffmpeg', args, { onProgress: () => undefined });
      if (result.exitCode !== 0) throw renderFailed(result);
    }
  } finally {
    leave();
  }
}

/** Checks that each still is there, whole and of its size. @throws RenderError OUTPUT_MISMATCH. */
export async function verifyThumbnails(output: PlannedOutput, context: ToolContext): Promise<void> {
  for (const { file, part } of thumbnailFiles(output)) {
    const entries = ['-count_frames', '-show_entries', 'stream=width,height,nb_read_frames', '-of', 'json=compact=1'];
    const args = ['-v', 'level+error', '-err_detect', 'explode', ...entries, `file:${file}`];
    const result = await runTool(context, 'ffprobe', args, { maxStdoutBytes: MAX_PROBE_BYTES });
    const [stream] = result.exitCode === 0 ? (parseProbeJson(result.stdout.toString('utf8')).streams ?? []) : [];
    const isWhole =
      result.stderrTail === '' && stream?.width === part.size?.width && stream?.height === part.size?.height;
    if (!isWhole) throw mismatch([`its still ${part.name} is not whole`], result);
  }
}
