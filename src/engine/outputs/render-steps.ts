import { hasAlpha, type Composition } from '../../composition/composition.js';
import { timeUsOf } from '../../composition/frame-grid.js';
import type { CaptionDocument } from '../captions/caption-document.js';
import { joinArguments, type Target } from '../command-line.js';
import { planRender, planSection, planSoundtrack, type VideoOptions } from '../compositor/plan-render.js';
import type { KnownMedia } from '../compositor/render-plan.js';
import type { ColorResolution } from '../compositor/stage.js';
import type { Way } from '../compositor/ways.js';
import { copyRun } from '../copy/copy-run.js';
import { partTicks } from '../copy/part-times.js';
import { uniteParameterSets } from '../copy/unite-parameter-sets.js';
import { costOf, MOVING_BYTES } from '../steps/cost.js';
import { runTool } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';
import type { Scratch } from '../scratch.js';
import type { OutputStep } from './plan-outputs.js';
import type { Encoding } from './output-profile.js';
import type { Pass } from './plan-passes.js';
import { renderGraph, type GraphContext, type GraphJob, type RenderedGraph } from './render-graph.js';
import { scratchFiles } from './scratch-files.js';
import { posterTargets, sectionTargets, soundtrackTargets, wholeTargets } from './targets.js';

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
      encoded: encodingsOf(pass).map(pixelsOf),
      previewOf: previewOf(files, composition),
      ...lengthOf(pass),
    },
    context,
  );
}

/** The frames of one section, for each encoding, or for one, a video that the others can follow. @throws as `renderGraph`. */
export function renderSection(step: SectionToRender, context: RenderContext): Promise<RenderedGraph> {
  return renderGraph(sectionGraph(step, context), context);
}

/** The graph of a section. */
export function sectionGraph(
  { id, pass, section, number, encoding }: SectionToRender,
  context: Pick<RenderContext, 'media' | 'captionsOf' | 'sectionThreads'>,
): GraphJob {
  const { composition } = pass;
  const { video, files } = sectionTargets(pass, number, context.sectionThreads, encoding);
  return {
    id: id.replace(/\W/g, '-'),
    plan: (resized) => planSection(composition, section, videoOptions(pass, video, resized, context)),
    targets: files,
    encoded: (encoding ? [encoding] : encodingsOf(pass)).map(pixelsOf),
    // Other sections keep the other cores busy.
    filterThreads: 1,
    previewOf: previewOf(files, composition),
    frames: section.frames,
    frameRate: composition.frameRate,
    isShareable: true,
  };
}

type SectionToRender = Pick<Extract<OutputStep, { kind: 'section' }>, 'id' | 'pass' | 'section' | 'number'> & {
  readonly encoding?: Encoding;
};

/**
 * Takes the frames of one section from an input. Where that does not come out as planned, they are rendered.
 * @returns null: they are copied.
 * @throws as `renderGraph`.
 */
export async function copySection(
  step: Extract<OutputStep, { kind: 'copy' }>,
  context: RenderContext,
): Promise<RenderedGraph | null> {
  const { pass, copied, number, encoding } = step;
  const { tools, takeSeat, log, onProgress } = context;
  const leave = await takeSeat(MOVING_BYTES);
  try {
    const file = scratchFiles.section(encoding, number);
    const options = encoding.video?.partOptions ?? [];
    const { frameRate } = pass.composition;
    if (await copyRun(tools, copied, { file, options, frameRate, onProgress })) return null;
  } finally {
    leave();
  }
  log?.warn({ step: step.id }, 'frames could not be copied, and are rendered');
  return renderSection(step, context);
}

/** The first frame of an output alone. @throws as `renderGraph`. */
export function renderPoster(
  { id, pass, output, encoding }: Extract<OutputStep, { kind: 'poster' }>,
  context: RenderContext,
): Promise<RenderedGraph> {
  const { composition, range } = pass;
  const { video, files } = posterTargets(pass, output, encoding);
  const first = { startFrame: range.startFrame, frames: 1 };
  return renderGraph(
    {
      id: id.replace(/\W/g, '-'),
      plan: (resized) => planSection(composition, first, videoOptions(pass, video, resized, context)),
      targets: files,
      encoded: [pixelsOf(encoding)],
      previewOf: null,
      frames: first.frames,
      frameRate: composition.frameRate,
      isShareable: false,
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
      encoded: [],
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
  { scratch, tools, files, onProgress, takeSeat }: RenderContext,
): Promise<void> {
  const { name, content, audio, containerOptions } = encoding;
  const parts = [...pass.sections.keys()].map((number) => scratchFiles.section(encoding, number));
  const { copying } = pass;
  if (copying) await uniteParameterSets(tools.cwd, parts);
  const listFile = `join-${name}.txt`;
  await files.write([{ name: listFile, content: joinList(pass, encoding) }]);
  const audioFile = audio === null ? null : scratchFiles.soundtrack(encoding);
  const conversion = encoding.conversion?.(content) ?? null;
  const args = joinArguments({
    listFile,
    audioFile,
    conversion,
    copied: copying && { ticks: partTicks(content.frameRate), delay: copying.delay },
    outputFile: scratchFiles.encoded(encoding),
    containerOptions,
  });
  const { frames, frameRate } = content;
  const planned = { endUs: timeUsOf(frames, frameRate), frameUs: timeUsOf(1, frameRate) };
  const pixels = pixelsOf(encoding);
  // A conversion reads the pictures twice.
  const leave = await takeSeat(conversion ? costOf({ decoded: [pixels, pixels], encoded: [pixels] }) : MOVING_BYTES);
  const result = await runTool(tools, 'ffmpeg', args, { onProgress, planned }).finally(leave);
  if (result.exitCode !== 0) throw renderFailed(result);
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
  { media, captionsOf }: Pick<RenderContext, 'media' | 'captionsOf'>,
): VideoOptions {
  return { media, resized, ways, colors: colorsOf(pass), captions: captionsOf(pass) };
}

/** The same for every command of a pass: its sections are joined. */
function colorsOf(pass: Pass): ColorResolution {
  return encodingsOf(pass).some(({ video }) => video?.colors === 'full') ? 'full' : 'halved';
}

/** That of the first file. */
function previewOf([first]: readonly Target[], composition: Composition): GraphJob['previewOf'] {
  const pad = first?.pads[0];
  const isOnDevice = first?.device?.holdsFrames ?? false;
  return pad === undefined ? null : { pad, hasAlpha: hasAlpha(composition), isOnDevice };
}

function encodingsOf({ outputs }: Pass): readonly Encoding[] {
  return outputs.flatMap(({ encodings }) => encodings);
}

/** Of a frame of an encoding; 0 for sound. Alpha is as much again. */
function pixelsOf({ video, content, hasAlpha: isDouble }: Encoding): number {
  return video === null ? 0 : content.width * content.height * (isDouble ? 2 : 1);
}

function lengthOf({ range, composition: { frameRate } }: Pass) {
  return { frames: range.frames, frameRate, isShareable: false };
}
