import { timeUsOf } from '../../composition/frame-grid.js';
import type { CaptionDocument } from '../captions/caption-document.js';
import { joinArguments } from '../command-line.js';
import { planRender, planSection, planSoundtrack, type VideoOptions } from '../compositor/plan-render.js';
import type { KnownMedia } from '../compositor/render-plan.js';
import type { Way } from '../compositor/ways.js';
import { runTool } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';
import type { Scratch } from '../scratch.js';
import type { OutputStep } from './plan-outputs.js';
import type { Encoding } from './output-profile.js';
import type { Pass } from './plan-passes.js';
import { renderGraph, type GraphContext, type RenderedGraph } from './render-graph.js';
import { scratchFiles } from './scratch-files.js';
import { sectionTargets, soundtrackTargets, wholeTargets } from './targets.js';

export interface RenderContext extends GraphContext {
  readonly scratch: Scratch;
  readonly media: KnownMedia;
  /** The captions of a pass, which are laid out before it is rendered. */
  readonly captionsOf: (pass: Pass) => readonly CaptionDocument[];
  /** Threads of the encoder of one section. */
  readonly sectionThreads: number;
}

/** All of a pass by one command. @throws as `renderGraph`. */
export function renderWhole(pass: Pass, context: RenderContext): Promise<RenderedGraph> {
  const { composition, range } = pass;
  const { video, audio, files } = wholeTargets(pass);
  return renderGraph(
    {
      id: `render-${pass.index}`,
      plan: (resized) => planRender(composition, range, videoOptions(pass, video, resized, context), audio),
      targets: files,
      previewOf: files[0]?.pads[0] ?? null,
      ...lengthOf(pass),
    },
    context,
  );
}

/** The frames of one section, for each output a video that the others can follow. @throws as `renderGraph`. */
export function renderSection(
  { pass, section, number }: Extract<OutputStep, { kind: 'section' }>,
  context: RenderContext,
): Promise<RenderedGraph> {
  const { composition } = pass;
  const { video, files } = sectionTargets(pass, number, context.sectionThreads);
  return renderGraph(
    {
      id: `section-${pass.index}-${number}`,
      plan: (resized) => planSection(composition, section, videoOptions(pass, video, resized, context)),
      targets: files,
      previewOf: files[0]?.pads[0] ?? null,
      frames: section.frames,
      frameRate: composition.frameRate,
    },
    context,
  );
}

/** The sound alone. @throws as `renderGraph`. */
export function renderSoundtrack(pass: Pass, context: RenderContext): Promise<RenderedGraph> {
  const { audio, files } = soundtrackTargets(pass);
  return renderGraph(
    {
      id: `soundtrack-${pass.index}`,
      plan: () => planSoundtrack(pass.composition, pass.range, context.media, audio),
      targets: files,
      previewOf: null,
      ...lengthOf(pass),
    },
    context,
  );
}

/** Joins the parts of an encoding into its file. @throws RenderError as `runTool`, or RENDER_FAILED. */
export async function joinSections(
  pass: Pass,
  encoding: Encoding,
  { scratch, tools, files, onProgress }: RenderContext,
): Promise<void> {
  const { name, content, audio, conversion, containerOptions } = encoding;
  const listFile = `join-${name}.txt`;
  await files.write([{ name: listFile, content: joinList(pass, encoding) }]);
  const audioFile = audio === null ? null : scratchFiles.soundtrack(encoding);
  const args = joinArguments({
    listFile,
    audioFile,
    conversion: conversion?.(content) ?? null,
    outputFile: scratchFiles.encoded(encoding),
    containerOptions,
  });
  const { frames, frameRate } = content;
  const planned = { endUs: timeUsOf(frames, frameRate), frameUs: timeUsOf(1, frameRate) };
  const result = await runTool(tools, 'ffmpeg', args, { onProgress, planned });
  if (result.exitCode !== 0) throw renderFailed(result);
  const parts = [...pass.sections.keys()].map((number) => scratchFiles.section(encoding, number));
  await scratch.removeFiles([...parts, ...(audioFile === null ? [] : [audioFile])]);
}

/** With the length of each part: without it ffmpeg takes what the files say, which is rounded (5.1: 8.002 s for 8 s). */
function joinList({ sections }: Pass, encoding: Encoding): string {
  const { frameRate } = encoding.content;
  const lines = sections.flatMap(({ startFrame, frames }, number) => {
    const us = timeUsOf(startFrame + frames, frameRate) - timeUsOf(startFrame, frameRate);
    return [`file '${scratchFiles.section(encoding, number)}'`, `duration ${(us / 1e6).toFixed(6)}`];
  });
  return ['ffconcat version 1.0', ...lines, ''].join('\n');
}

function videoOptions(
  pass: Pass,
  ways: readonly Way[],
  resized: ReadonlySet<string>,
  { media, captionsOf }: RenderContext,
): VideoOptions {
  return { media, resized, ways, captions: captionsOf(pass) };
}

function lengthOf({ range, composition: { frameRate } }: Pass) {
  return { frames: range.frames, frameRate };
}
