import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Composition } from '../../../composition/composition.js';
import { timeUsOf } from '../../../composition/frame-grid.js';
import { RenderError } from '../../../task/failure.js';
import { MAX_PROBE_BYTES } from '../../limits.js';
import { microseconds, parseProbeJson, type ProbeJson } from '../../probe/probe-json.js';
import { runTool, type ToolContext } from '../../process/run-tool.js';
import type { VerifiedOutput } from '../output-profile.js';
import { mismatches } from './mismatches.js';
import { frameSteps } from './frame-steps.js';
import { topLevelBoxes } from './mp4-boxes.js';
import { sha256File } from '../sha256-file.js';

const ENTRIES =
  'stream=index,codec_name,codec_type,width,height,pix_fmt,color_space,color_range,color_transfer,color_primaries,avg_frame_rate,start_time,duration,nb_read_packets,' +
  'channels,sample_rate:format=duration';

/**
 * Checks a rendered file (relative to the scratch folder) against its plan: streams, size, rate, colour tags, number of frames, audio and
 * video end together, first and last key frame decode, index first.
 * @throws RenderError OUTPUT_MISMATCH.
 */
export async function verifyMp4(context: ToolContext, file: string, composition: Composition): Promise<VerifiedOutput> {
  const full = path.join(context.cwd, file);
  const plannedUs = timeUsOf(composition.frames, composition.frameRate);
  const checks = [
    inspect(context, file),
    sha256File(full, context.signal),
    topLevelBoxes(full),
    frameSteps(full),
    stat(full),
    keyFramesDecode(context, file, plannedUs),
  ] as const;
  // None of them may go on when this has thrown: the folder that they read is removed then.
  await Promise.allSettled(checks);
  const [json, sha256, boxes, steps, { size }, decodes] = await Promise.all(checks);
  const wrong = mismatches(json, composition);
  if (!isFastStart(boxes)) wrong.push('its index does not come before its media');
  if (steps.length !== 1) wrong.push('its frames do not follow each other evenly');
  if (!decodes) wrong.push('its key frames do not decode');
  if (wrong.length > 0) throw mismatch(wrong);
  return {
    sizeBytes: size,
    durationUs: microseconds(json.format?.duration) ?? 0,
    width: composition.width,
    height: composition.height,
    frameRate: composition.frameRate,
    frameCount: composition.frames,
    videoCodec: 'h264',
    audioCodec: 'aac',
    contentType: 'video/mp4',
    sha256,
  };
}

async function inspect(context: ToolContext, file: string): Promise<ProbeJson> {
  const args = [
    '-v',
    'level+error',
    '-count_packets',
    '-show_entries',
    ENTRIES,
    '-of',
    'json=compact=1',
    `file:${file}`,
  ];
  const result = await runTool(context, 'ffprobe', args, { maxStdoutBytes: MAX_PROBE_BYTES });
  if (result.exitCode !== 0 || result.stderrTail !== '') throw mismatch(['it cannot be read back'], result);
  return parseProbeJson(result.stdout.toString('utf8'));
}

function isFastStart(boxes: readonly string[]): boolean {
  const index = boxes.indexOf('moov');
  return index >= 0 && index < boxes.indexOf('mdat');
}

/** A whole decode would cost as much as a fifth of the render; the first and last key frame show that what is between the boxes is a video. */
async function keyFramesDecode(context: ToolContext, file: string, plannedUs: number): Promise<boolean> {
  const input = ['-threads', '1', '-skip_frame', 'nokey', '-err_detect', 'explode', '-i', `file:${file}`];
  // Through one graph that needs both: two plain outputs may be over when the first has its frame.
  const graph = '[0:v]trim=end_frame=1[first];[1:v]trim=end_frame=1[last];[first][last]concat=n=2:v=1:a=0';
  const args = [
    '-nostdin',
    '-hide_banner',
    '-nostats',
    '-v',
    'level+error',
    '-progress',
    'pipe:3',
    '-xerror',
    // `trim` does not end an input, only a limit on the input does.
    '-t',
    '0.1',
    ...input,
    // Goes to the key frame at or before the time.
    '-ss',
    (plannedUs / 1e6).toFixed(6),
    '-noaccurate_seek',
    ...input,
    '-filter_complex',
    graph,
    '-f',
    'null',
    '-',
  ];
  let decoded = 0;
  const result = await runTool(context, 'ffmpeg', args, {
    onProgress: ({ frame }) => {
      decoded = frame ?? decoded;
    },
  });
  return result.exitCode === 0 && result.stderrTail === '' && decoded === 2;
}

function mismatch(wrong: readonly string[], cause?: unknown): RenderError {
  return new RenderError('OUTPUT_MISMATCH', `the rendered file is not what was planned: ${wrong.join('; ')}`, {
    cause,
  });
}
