import { stat } from 'node:fs/promises';
import path from 'node:path';
import { RenderError } from '../../task/failure.js';
import { INPUT_GUARDS, MAX_ALLOC_BYTES, MAX_PIXELS, MAX_PROBE_BYTES } from '../limits.js';
import { runTool, type ToolContext } from '../process/run-tool.js';
import type { SupervisedResult } from '../process/supervisor.js';
import type { VisualDetails } from './media-details.js';
import { parseProbeJson, type ProbeJson } from './probe-json.js';
import { visualDetailsOf } from './visual-details.js';

/** A file to look at: relative to the scratch folder, and the field of the request that named it. */
export interface ProbeTarget {
  readonly file: string;
  readonly field: string;
}

const STREAM_ENTRIES =
  'stream=index,codec_name,codec_type,width,height,pix_fmt,sample_aspect_ratio,color_space,color_range,color_transfer,color_primaries,field_order,avg_frame_rate,r_frame_rate,' +
  'start_time,duration:stream_tags=DURATION,alpha_mode,ALPHA_MODE:format=format_name,duration,start_time,nb_streams';
const PACKET_ENTRIES = 'packet=stream_index,pts_time,dts_time,duration_time,flags';
/** Read beyond what is needed, so that a picture that begins before the end is seen whole. */
const READ_MARGIN_US = 1_000_000;

/**
 * Reads the picture of a file, and its packets as far as `neededUs`: what a file claims to hold is not always in it.
 * @throws RenderError INPUT_EMPTY, INPUT_NOT_MEDIA, INPUT_NO_VIDEO, INPUT_TRUNCATED or INPUT_TOO_LARGE with the target's field.
 */
export async function probeVisual(context: ToolContext, target: ProbeTarget, neededUs: number): Promise<VisualDetails> {
  const readUs = neededUs + READ_MARGIN_US;
  const json = await probe(context, target, [
    '-select_streams',
    'V',
    '-show_entries',
    `${STREAM_ENTRIES}:${PACKET_ENTRIES}`,
    '-read_intervals',
    `%+${(readUs / 1e6).toFixed(6)}`,
  ]);
  const { field } = target;
  if ((json.streams ?? []).length === 0) throw new RenderError('INPUT_NO_VIDEO', 'this file has no picture', { field });
  const details = visualDetailsOf(json, readUs);
  if (!details) throw new RenderError('INPUT_NOT_MEDIA', 'the picture of this file cannot be read', { field });
  if (details.width * details.height > MAX_PIXELS) throw tooLarge(field);
  requireDecoder(context, details.codec, field);
  if ((json.packets ?? []).length === 0)
    throw new RenderError('INPUT_TRUNCATED', 'this file is cut off before its first picture', { field });
  return details;
}

/** Runs ffprobe on an input within the guards that every input is opened with. @throws RenderError with the target's field. */
export async function probe(context: ToolContext, target: ProbeTarget, args: readonly string[]): Promise<ProbeJson> {
  const { field, file } = target;
  const { size } = await stat(path.join(context.cwd, file));
  if (size === 0) throw new RenderError('INPUT_EMPTY', 'this file is empty', { field });
  const result = await runTool(
    context,
    'ffprobe',
    [
      '-v',
      'level+error',
      '-max_alloc',
      String(MAX_ALLOC_BYTES),
      ...INPUT_GUARDS,
      ...args,
      '-of',
      'json=compact=1',
      `file:${file}`,
    ],
    {
      field,
      maxStdoutBytes: MAX_PROBE_BYTES,
    },
  ).catch((error: unknown) => {
    throw sizeError(error, field);
  });
  if (result.stdoutOverflow) throw new RenderError('INPUT_TOO_LARGE', 'this file has too many pictures', { field });
  if (
    /exceeds specified max pixel count|Picture size \d+x\d+ is invalid|Dimensions .*(?:invalid|too large)/i.test(
      result.stderrTail,
    )
  )
    throw tooLarge(field);
  if (result.exitCode !== 0) throw unreadable(result, field);
  return parseProbeJson(result.stdout.toString('utf8'));
}

function unreadable(result: SupervisedResult, field: string): RenderError {
  if (result.stderrTail.includes('moov atom not found')) {
    return new RenderError('INPUT_TRUNCATED', 'this file is incomplete: the index at its end is missing', {
      field,
      cause: result,
    });
  }
  return new RenderError('INPUT_NOT_MEDIA', 'this file is no video, image or sound that can be read', {
    field,
    cause: result,
  });
}

/** An input that takes all memory just to be looked at is the caller's matter. */
function sizeError(error: unknown, field: string): unknown {
  return error instanceof RenderError && error.failure.reason === 'OUT_OF_MEMORY' ? tooLarge(field, error) : error;
}

function tooLarge(field: string, cause?: unknown): RenderError {
  return new RenderError('INPUT_TOO_LARGE', `a picture may have at most ${MAX_PIXELS / 1e6} million pixels`, {
    field,
    cause,
  });
}

function requireDecoder(context: ToolContext, codec: string, field: string): void {
  if (context.toolchain.decodableCodecs.has(codec)) return;
  throw new RenderError(
    'INPUT_NOT_MEDIA',
    `this file's format (${codec === '' ? 'unknown' : codec}) cannot be decoded here`,
    { field },
  );
}
