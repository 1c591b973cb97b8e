import path from 'node:path';
import { timeUsOf } from '../../../composition/frame-grid.js';
import { sha256File } from '../../../shared/sha256-file.js';
import { isFastStart, readOutline } from '../../mp4/boxes.js';
import { readMp4, type Mp4Facts } from '../../mp4/read-mp4.js';
import type { ToolContext } from '../../process/run-tool.js';
import { endsDecode, mismatch, NO_FAST_START } from '../checks/read-back.js';
import type { PlannedContent, VerifiedOutput } from '../output-profile.js';
import { MOV_TEXT } from '../subtitles/codings.js';
import { faultsOfText } from '../subtitles/faults-of-text.js';
import { mismatches, textsOf } from './mismatches.js';

/**
 * Checks a rendered file (relative to the scratch folder) against its plan: streams, size, rate, colour tags, number of frames, audio and
 * video end together, index first, all by the index, which is read in this process; and first and last key frame decode, by ffmpeg.
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
    readFacts(full),
    sha256File(full, context.signal),
    endsDecode(context, file, { plannedUs, options: ['-skip_frame', 'nokey'] }),
  ] as const;
  // None of them may go on when this has thrown: the folder that they read is removed then.
  await Promise.allSettled(checks);
  const [{ facts, size, isFast }, sha256, decodes] = await Promise.all(checks);
  const texts = textsOf(facts);
  const wrong = [
    ...mismatches(facts, composition),
    ...(await faultsOfText(context, file, { texts, plan: composition, coding: MOV_TEXT })),
  ];
  if (!isFast) wrong.push(NO_FAST_START);
  if (!decodes) wrong.push('its key frames do not decode');
  if (wrong.length > 0) throw mismatch(wrong);
  return {
    sizeBytes: size,
    durationUs: facts.durationUs,
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

/** @throws RenderError OUTPUT_MISMATCH for a file whose index makes no sense. */
async function readFacts(full: string): Promise<{ facts: Mp4Facts; size: number; isFast: boolean }> {
  const outline = await readOutline(full);
  const facts = readMp4(outline);
  if (facts === null) throw mismatch(['it cannot be read back']);
  return { facts, size: outline.fileBytes, isFast: isFastStart(outline) };
}
