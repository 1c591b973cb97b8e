import { copyArguments } from '../command-line.js';
import { INPUT_GUARDS } from '../limits.js';
import { probe } from '../probe/run-probe.js';
import type { ToolContext } from '../process/run-tool.js';
import { runTool } from '../process/run-tool.js';
import type { ProgressBlock } from '../process/progress.js';
import { timeUsOf, type Rational } from '../../composition/frame-grid.js';
import { partTicks, partTimescale } from './part-times.js';
import type { CopiedRun } from './plan-copies.js';

/** Where the frames of a run go. */
export interface CopyTarget {
  readonly file: string;
  /** Of its container. */
  readonly options: readonly string[];
  readonly frameRate: Rational;
  readonly onProgress: (block: ProgressBlock) => void;
}

/**
 * Copies a run into a file of its own, as the file of a section is, and looks whether it has exactly the frames that it should have.
 * @returns whether it has; else they must be encoded.
 * @throws RenderError as `runTool`.
 */
export async function copyRun(
  tools: ToolContext,
  run: CopiedRun,
  { file, options, frameRate, onProgress }: CopyTarget,
): Promise<boolean> {
  const { video, firstPacket, frames } = run;
  const args = copyArguments({
    input: video.file,
    inputOptions: [...INPUT_GUARDS, '-ss', ((video.packets[firstPacket]?.atUs ?? 0) / 1e6).toFixed(6)],
    outputFile: file,
    // Pictures alone: remarks may tell where a camera was, and the parameter sets are in the index.
    options: [
      ...['-map', `0:${video.streamIndex}`, '-c', 'copy', '-frames:v', String(frames)],
      ...['-bsf:v', 'filter_units=pass_types=1|5', '-video_track_timescale', String(partTimescale(frameRate))],
      ...options,
    ],
  });
  const planned = { endUs: timeUsOf(frames, frameRate), frameUs: timeUsOf(1, frameRate) };
  const result = await runTool(tools, 'ffmpeg', args, { onProgress, planned });
  return result.exitCode === 0 && (await isCopied(tools, run, file, frameRate));
}

interface CopiedPacket {
  readonly pts?: number;
  readonly size?: string;
}

/** By the size and the time of each frame. */
async function isCopied(tools: ToolContext, run: CopiedRun, file: string, frameRate: Rational): Promise<boolean> {
  const { video, firstPacket, frames } = run;
  const answer = await probe(tools, { file, field: '' }, ['-show_entries', 'packet=pts,size']);
  const packets = (answer.packets ?? []) as readonly CopiedPacket[];
  const ticks = partTicks(frameRate);
  return (
    packets.length === frames &&
    packets.every(({ pts, size }, i) => {
      const { frame, bytes } = video.packets[firstPacket + i] ?? { frame: -1, bytes: -1 };
      return Number(size) === bytes && pts === (frame - firstPacket) * ticks;
    })
  );
}
