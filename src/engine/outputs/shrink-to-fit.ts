import { rename, stat } from 'node:fs/promises';
import { timeUsOf } from '../../composition/frame-grid.js';
import { RenderError } from '../../task/failure.js';
import { encodeAgainArguments } from '../command-line.js';
import { costOf } from '../steps/cost.js';
import { runTool } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';
import type { PlannedOutput } from './plan-passes.js';
import type { RenderContext } from './render-steps.js';
import { scratchFiles } from './scratch-files.js';

/** Encoders miss the rate that they are asked for, most of all in short videos: by so much is the aim lowered after a miss. */
const MARGIN = 0.96;
const MOST_TRIES = 4;
/** Below it there is no picture. */
const LEAST_BITS_PER_SECOND = 8_000;

/**
 * Encodes the pictures of a finished file again, until it is no larger than its output may be. The file's sound stays as it is.
 * @throws RenderError OUTPUT_TOO_LARGE with the field; RENDER_FAILED; as `runTool`.
 */
export async function shrinkToFit(output: PlannedOutput, context: RenderContext): Promise<void> {
  const { spec, content } = output;
  const { scratch } = context;
  if (spec.maxSize === null) return;
  const { bytes: limit, field } = spec.maxSize;
  const finished = scratchFiles.finished(output);
  const smaller = `${finished}-smaller`;
  const seconds = timeUsOf(content.frames, content.frameRate) / 1e6;
  const sizeOf = async (file: string) => (await stat(scratch.path(file))).size;
  const size = await sizeOf(finished);
  if (size <= limit) return;
  const soundBytes = (SOUND_BITS_PER_SECOND / 8) * seconds;
  let aim = (((limit - soundBytes) * 8) / seconds) * MARGIN;
  for (let tries = 0; tries < MOST_TRIES && aim >= LEAST_BITS_PER_SECOND; tries += 1) {
    await encodeAgain(output, { from: finished, to: smaller, aim: Math.round(aim) }, context);
    const made = await sizeOf(smaller);
    if (made <= limit) {
      await scratch.removeFiles([finished]);
      await rename(scratch.path(smaller), scratch.path(finished));
      return;
    }
    // By the share that the pictures are too large; the sound cannot give.
    aim *= MARGIN * Math.max(0.1, (limit - soundBytes) / (made - soundBytes));
  }
  const message = `the file has ${size} bytes and cannot be brought down to ${limit}; allow more, or choose a smaller short_side or a shorter range`;
  throw new RenderError('OUTPUT_TOO_LARGE', message, { field });
}

/** The most that sound beside pictures takes, its container included. */
const SOUND_BITS_PER_SECOND = 196_000;

interface Again {
  readonly from: string;
  readonly to: string;
  readonly aim: number;
}

async function encodeAgain(
  { profile, content, spec: { quality } }: PlannedOutput,
  { from, to, aim }: Again,
  { tools, takeSeat, onProgress }: RenderContext,
): Promise<void> {
  const options = [
    ...(profile.video?.options({ ...content, quality, threads: null, aim, keyFrames: null }) ?? []),
    ...['-c:a', 'copy', '-c:s', 'copy'],
    ...profile.containerOptions,
  ];
  const args = encodeAgainArguments({ from, to, options, decoder: profile.alphaDecoder });
  const planned = { endUs: timeUsOf(content.frames, content.frameRate), frameUs: timeUsOf(1, content.frameRate) };
  const pixels = content.width * content.height;
  const leave = await takeSeat(costOf({ decoded: [pixels], encoded: [pixels] }));
  try {
    const result = await runTool(tools, 'ffmpeg', args, { onProgress, planned });
    if (result.exitCode !== 0) throw renderFailed(result);
  } finally {
    leave();
  }
}
