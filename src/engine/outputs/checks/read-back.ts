import { RenderError } from '../../../task/failure.js';
import { MAX_PROBE_BYTES } from '../../limits.js';
import { parseProbeJson, type ProbeJson } from '../../probe/probe-json.js';
import { runTool, type ToolContext } from '../../process/run-tool.js';
import { frameSteps } from '../../mp4/frame-steps.js';
import { isFastStart, readOutline } from '../../mp4/boxes.js';

const ENTRIES =
  'stream=index,codec_name,codec_type,codec_tag_string,width,height,pix_fmt,color_space,color_range,color_transfer,color_primaries,avg_frame_rate,start_time,duration,' +
  'nb_read_packets,channels,sample_rate:format=duration';

/** The facts about a finished file, its packets counted. @throws RenderError OUTPUT_MISMATCH for one that cannot be read without complaint. */
export async function readBack(context: ToolContext, file: string): Promise<ProbeJson> {
  const args = [
    ...['-v', 'level+error', '-count_packets', '-show_entries', ENTRIES],
    ...['-of', 'json=compact=1', `file:${file}`],
  ];
  const result = await runTool(context, 'ffprobe', args, { maxStdoutBytes: MAX_PROBE_BYTES });
  const complaints = result.stderrTail.split('\n').filter((line) => line !== '' && !isHarmless(line));
  if (result.exitCode !== 0 || complaints.length > 0) throw mismatch(['it cannot be read back'], result);
  return parseProbeJson(result.stdout.toString('utf8'));
}

/** ffprobe 8 hands the parser of Opus an empty packet at the end of every file, and complains about it. */
function isHarmless(line: string): boolean {
  return /^\[opus @ \w+\] \[error\] Error parsing Opus packet header\.$/.test(line.trim());
}

export const NO_FAST_START = 'its index does not come before its media';

/** Faults of an MP4 in the order of its parts, and in the lengths of its frames. */
export async function indexFaults(full: string): Promise<string[]> {
  const outline = await readOutline(full);
  const faults: string[] = [];
  if (!isFastStart(outline)) faults.push(NO_FAST_START);
  if (frameSteps(outline).length !== 1) faults.push('its frames do not follow each other evenly');
  return faults;
}

/** Options with which a finished file is decoded: the first fault ends it. */
const DECODE = ['-nostdin', '-hide_banner', '-nostats', '-v', 'level+error', '-progress', 'pipe:3', '-xerror'];

/** How many key frames a file has; null: one of them does not decode. */
export async function decodedKeyFrames(context: ToolContext, file: string): Promise<number | null> {
  const { isClean, frames } = await decode(context, [
    ...['-skip_frame', 'nokey', ...inputOf(file)],
    ...['-fps_mode', 'passthrough', '-f', 'null', '-'],
  ]);
  return isClean ? frames : null;
}

/** Whether all of a file decodes. */
export async function decodesWhole(context: ToolContext, file: string): Promise<boolean> {
  const { isClean } = await decode(context, [...inputOf(file), '-f', 'null', '-']);
  return isClean;
}

/**
 * Whether the first frame of a video decodes, and the one at its last key frame. A whole decode would cost as much as a fifth of the render; these show that what is between
 * the boxes is a video.
 * @param options of the decoder.
 */
export async function endsDecode(
  context: ToolContext,
  file: string,
  { plannedUs, options = [] }: { readonly plannedUs: number; readonly options?: readonly string[] },
): Promise<boolean> {
  const input = [...options, ...inputOf(file)];
  const { isClean, frames } = await decode(context, [
    // `trim` does not end an input, only a limit on the input does.
    ...['-t', '0.1', ...input],
    // Goes to the key frame at or before the time.
    ...['-ss', (plannedUs / 1e6).toFixed(6), '-noaccurate_seek', ...input],
    // Through one graph that needs both: two plain outputs may be over when the first has its frame.
    // With times that rise, whatever the file's are.
    ...['-filter_complex', FIRST_AND_LAST],
    ...['-f', 'null', '-'],
  ]);
  return isClean && frames === 2;
}

const FIRST_AND_LAST =
  '[0:v]trim=end_frame=1,setpts=0[first];[1:v]trim=end_frame=1,setpts=1/TB[last];[first][last]concat=n=2:v=1:a=0';

/** The size of the first picture of a file as it is decoded; null: none is. @param decoder options of the decoder. */
export async function bytesOfPicture(
  context: ToolContext,
  file: string,
  decoder: readonly string[],
): Promise<number | null> {
  const sizes = ['-map', '0:v:0', '-frames:v', '1', '-c:v', 'rawvideo', '-f', 'framecrc', '-'];
  const args = ['-nostdin', '-hide_banner', '-v', 'level+error', ...decoder, ...inputOf(file), ...sizes];
  const { exitCode, stdout } = await runTool(context, 'ffmpeg', args, { maxStdoutBytes: MAX_PROBE_BYTES });
  // Stream, times of decoding and showing, duration, size, checksum.
  const line = stdout
    .toString('utf8')
    .split('\n')
    .find((text) => /^\d/.test(text));
  return exitCode === 0 && line !== undefined ? Number(line.split(',')[4]) : null;
}

function inputOf(file: string): string[] {
  return ['-threads', '1', '-err_detect', 'explode', '-i', `file:${file}`];
}

async function decode(context: ToolContext, args: readonly string[]): Promise<{ isClean: boolean; frames: number }> {
  let frames = 0;
  const result = await runTool(context, 'ffmpeg', [...DECODE, ...args], {
    onProgress: ({ frame }) => {
      frames = frame ?? frames;
    },
  });
  return { isClean: result.exitCode === 0 && result.stderrTail === '', frames };
}

/** Those facts that are not as planned, in words. */
export function unequal(facts: readonly (readonly [string, string | number | undefined, string | number])[]): string[] {
  return facts
    .filter(([, is, planned]) => is !== planned)
    .map(([name, is, planned]) => `${name} is ${is ?? 'unknown'} instead of ${planned}`);
}

export function mismatch(wrong: readonly string[], cause?: unknown): RenderError {
  return new RenderError('OUTPUT_MISMATCH', `the rendered file is not what was planned: ${wrong.join('; ')}`, {
    cause,
  });
}
