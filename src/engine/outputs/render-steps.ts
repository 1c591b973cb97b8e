import { timeUsOf } from '../../composition/frame-grid.js';
import type { CaptionDocument } from '../captions/caption-document.js';
import { joinArguments } from '../command-line.js';
import { planRender, planSection, planSoundtrack, type VideoOptions } from '../compositor/plan-render.js';
import { AUDIO_PAD, VIDEO_PAD, type KnownMedia } from '../compositor/render-plan.js';
import { runTool } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';
import type { Scratch } from '../scratch.js';
import type { OutputStep, PlannedOutput } from './plan-outputs.js';
import { renderGraph, type GraphContext, type RenderedGraph } from './render-graph.js';

export interface RenderContext extends GraphContext {
  readonly scratch: Scratch;
  readonly media: KnownMedia;
  /** The captions of an output, which are laid out before it is rendered. */
  readonly captionsOf: (output: PlannedOutput) => readonly CaptionDocument[];
  /** Threads of the encoder of one section. */
  readonly sectionThreads: number;
}

/** All of an output by one command. @throws as `renderGraph`. */
export function renderWhole(output: PlannedOutput, context: RenderContext): Promise<RenderedGraph> {
  const { composition, profile, files } = output;
  return renderGraph(
    {
      id: `render-${output.index}`,
      plan: (resized) => planRender(composition, videoOptions(output, resized, context)),
      pads: [VIDEO_PAD, AUDIO_PAD],
      outputFile: files[0],
      encodingOptions: [...profile.videoOptions(composition), ...profile.audioOptions, ...profile.containerOptions],
      ...lengthOf(output),
    },
    context,
  );
}

/** The frames of one section, as a video that the others can follow. @throws as `renderGraph`. */
export function renderSection(
  { output, section, number }: Extract<OutputStep, { kind: 'section' }>,
  context: RenderContext,
): Promise<RenderedGraph> {
  const { composition, profile } = output;
  return renderGraph(
    {
      id: `section-${output.index}-${number}`,
      plan: (resized) => planSection(composition, section, videoOptions(output, resized, context)),
      pads: [VIDEO_PAD],
      outputFile: sectionFile(output, number),
      encodingOptions: [
        ...profile.videoOptions(composition),
        ...['-threads:v', String(context.sectionThreads)],
        ...profile.partOptions,
      ],
      frames: section.frames,
      frameRate: composition.frameRate,
    },
    context,
  );
}

/** The soundtrack alone. @throws as `renderGraph`. */
export function renderSoundtrack(output: PlannedOutput, context: RenderContext): Promise<RenderedGraph> {
  const { composition, profile } = output;
  return renderGraph(
    {
      id: `soundtrack-${output.index}`,
      plan: () => planSoundtrack(composition, context.media),
      pads: [AUDIO_PAD],
      outputFile: soundtrackFile(output),
      encodingOptions: [...profile.audioOptions, ...profile.partOptions],
      ...lengthOf(output),
    },
    context,
  );
}

/** Joins sections and soundtrack without encoding them again. @throws RenderError as `runTool`, or RENDER_FAILED. */
export async function joinSections(output: PlannedOutput, { scratch, tools, files }: RenderContext): Promise<void> {
  const { index, composition, sections, profile } = output;
  const listFile = `join-${index}.txt`;
  await files.write([{ name: listFile, content: joinList(output) }]);
  const args = joinArguments({
    listFile,
    audioFile: soundtrackFile(output),
    outputFile: output.files[0],
    containerOptions: profile.containerOptions,
  });
  const { frames, frameRate } = composition;
  const planned = { endUs: timeUsOf(frames, frameRate), frameUs: timeUsOf(1, frameRate) };
  const result = await runTool(tools, 'ffmpeg', args, { onProgress: () => undefined, planned });
  if (result.exitCode !== 0) throw renderFailed(result);
  const parts = [...sections.keys()].map((number) => sectionFile(output, number));
  await scratch.removeFiles([...parts, soundtrackFile(output)]);
}

/** With the length of each part: without it ffmpeg takes what the files say, which is rounded (5.1: 8.002 s for 8 s). */
function joinList(output: PlannedOutput): string {
  const { frameRate } = output.composition;
  const lines = output.sections.flatMap(({ startFrame, frames }, number) => {
    const us = timeUsOf(startFrame + frames, frameRate) - timeUsOf(startFrame, frameRate);
    return [`file '${sectionFile(output, number)}'`, `duration ${(us / 1e6).toFixed(6)}`];
  });
  return ['ffconcat version 1.0', ...lines, ''].join('\n');
}

function sectionFile({ index }: PlannedOutput, number: number): string {
  return `section-${index}-${number}.mp4`;
}

function soundtrackFile({ index }: PlannedOutput): string {
  return `soundtrack-${index}.mp4`;
}

function videoOptions(
  output: PlannedOutput,
  resized: ReadonlySet<string>,
  { media, captionsOf }: RenderContext,
): VideoOptions {
  return { media, resized, finish: output.profile.finish, captions: captionsOf(output) };
}

function lengthOf({ composition: { frames, frameRate } }: PlannedOutput) {
  return { frames, frameRate };
}
