import { stat } from 'node:fs/promises';
import path from 'node:path';
import { timeUsOf } from '../../../composition/frame-grid.js';
import { sha256File } from '../../../shared/sha256-file.js';
import { microseconds } from '../../probe/probe-json.js';
import type { ToolContext } from '../../process/run-tool.js';
import { endsDecode, indexFaults, mismatch, readBack } from '../checks/read-back.js';
import type { PlannedContent, VerifiedOutput } from '../output-profile.js';
import { MOV_TEXT } from '../subtitles/codings.js';
import { faultsOfText, withoutTexts } from '../subtitles/faults-of-text.js';
import { mismatches } from './mismatches.js';

/**
 * Checks a rendered file (relative to the scratch folder) against its plan: streams, size, rate, colour tags, number of frames, audio and
 * video end together, first and last key frame decode, index first.
 * @throws RenderError OUTPUT_MISMATCH.
 */
export async function verifyMp4(
  context: ToolContext,
  file: string,
  composition: PlannedContent,
): Promise<VerifiedOutput> {
  const full = path.join(context.cwd, file);
  const plannedUs = timeUsOf(composition.frames, composition.frameRate);
  const checks = [
    readBack(context, file),
    sha256File(full, context.signal),
    indexFaults(full),
    stat(full),
    endsDecode(context, file, { plannedUs, options: ['-skip_frame', 'nokey'] }),
  ] as const;
  // None of them may go on when this has thrown: the folder that they read is removed then.
  await Promise.allSettled(checks);
  const [read, sha256, faults, { size }, decodes] = await Promise.all(checks);
  const { json, texts } = withoutTexts(read);
  const textFaults = await faultsOfText(context, file, { texts, plan: composition, coding: MOV_TEXT });
  const wrong = [...mismatches(json, composition), ...textFaults, ...faults];
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
