import { rename } from 'node:fs/promises';
import { printVtt } from '../../../composition/subtitles/print-subtitles.js';
import { addSubtitlesArguments } from '../../command-line.js';
import { runTool } from '../../process/run-tool.js';
import { renderFailed } from '../../render-failure.js';
import type { PlannedOutput } from '../plan-passes.js';
import type { RenderContext } from '../render-steps.js';
import { scratchFiles } from '../scratch-files.js';
import { languageCode } from './language-code.js';
import { writeSidecars } from './sidecars.js';

/** Puts the text of an output into its finished file as a track, or beside it. @throws RenderError as `runTool`, or RENDER_FAILED. */
export async function addSubtitles(output: PlannedOutput, { tools, scratch, files }: RenderContext): Promise<void> {
  const { sidecars, profile, content } = output;
  if (sidecars !== null) await writeSidecars(output, sidecars, (file) => scratch.path(file));
  const { subtitles } = content;
  const { subtitleCoding: coding } = profile;
  if (!subtitles || !coding) return;
  const text = scratchFiles.subtitles(output, 'track.vtt');
  await files.write([{ name: text, content: printVtt(coding.prepare(subtitles.cues)) }]);
  const finished = scratchFiles.finished(output);
  const to = `${finished}-with-text`;
  const args = addSubtitlesArguments({
    ...{ from: finished, text, to, encoder: coding.encoder, language: languageCode(subtitles.language) },
    containerOptions: profile.containerOptions,
  });
  const result = await runTool(tools, 'ffmpeg', args, { onProgress: () => undefined });
  if (result.exitCode !== 0) throw renderFailed(result);
  await scratch.removeFiles([finished]);
  await rename(scratch.path(to), scratch.path(finished));
}
