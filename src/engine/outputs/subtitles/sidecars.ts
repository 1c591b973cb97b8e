import { writeFile } from 'node:fs/promises';
import { printSrt, printVtt } from '../../../composition/subtitles/print-subtitles.js';
import type { FurtherFile, Subtitles } from '../output-profile.js';
import type { PlannedOutput } from '../plan-passes.js';
import { VTT_TYPE } from './codings.js';
import { scratchFiles } from '../scratch-files.js';

/** The files of text beside an output. */
export function sidecarFiles(output: PlannedOutput): FurtherFile[] {
  if (output.sidecars === null) return [];
  const { key } = output;
  return [
    { file: scratchFiles.subtitles(output, 'srt'), part: { name: `${key}.srt`, contentType: 'application/x-subrip' } },
    { file: scratchFiles.subtitles(output, 'vtt'), part: { name: `${key}.vtt`, contentType: VTT_TYPE } },
  ];
}

/** @param pathOf the path of a file in the scratch folder. */
export async function writeSidecars(
  output: PlannedOutput,
  { cues }: Subtitles,
  pathOf: (file: string) => string,
): Promise<void> {
  await writeFile(pathOf(scratchFiles.subtitles(output, 'srt')), printSrt(cues));
  await writeFile(pathOf(scratchFiles.subtitles(output, 'vtt')), printVtt(cues));
}
