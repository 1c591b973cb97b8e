import { writeFile } from 'node:fs/promises';
import { timeUsOf } from '../../composition/frame-grid.js';
import { RenderError } from '../../task/failure.js';
import { linkSignals } from '../../task/abort.js';
import type { Warning } from '../../composition/warning.js';
import type { Fonts } from '../captions/fonts.js';
import { layOutCaptions } from '../captions/lay-out-captions.js';
import { renderArguments } from '../command-line.js';
import { planRender } from '../compositor/plan-render.js';
import { captionFile, type GraphInput, type KnownMedia } from '../compositor/render-plan.js';
import type { ProgressBlock } from '../process/progress.js';
import type { SupervisedResult } from '../process/supervisor.js';
import { splitLines } from '../process/split-lines.js';
import { runTool, type ToolContext } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';
import type { RenderLog } from '../render-log.js';
import type { Scratch } from '../scratch.js';
import { createDamageCounter, judgeDamage } from './damage.js';
import type { PlannedOutput } from './plan-outputs.js';

const GRAPH_FILE = 'graph.txt';

export interface RenderContext {
  readonly scratch: Scratch;
  readonly tools: ToolContext;
  readonly media: KnownMedia;
  readonly fonts: Fonts;
  readonly onProgress: (block: ProgressBlock) => void;
  /** URIs of videos whose size changes on the way; found while rendering. */
  readonly resized: Set<string>;
  /** Fields that name the task in the log. */
  readonly logFields: object;
  readonly log?: RenderLog;
}

export interface RenderedOutput {
  /** The end of ffmpeg's standard error. */
  readonly stderr: string;
  readonly warnings: readonly Warning[];
}

/** Renders an output by one command of ffmpeg. @throws RenderError as `runTool` and `judgeDamage`, or RENDER_FAILED. */
export async function renderOutput(output: PlannedOutput, context: RenderContext): Promise<RenderedOutput> {
  const { scratch, tools, fonts } = context;
  const fileOf = (index: number) => scratch.path(captionFile(index));
  const warnings = await layOutCaptions(output.composition, { ...tools, fonts, fileOf });
  for (;;) {
    const resizedBefore = context.resized.size;
    const rendered = await renderOnce(output, context);
    if (rendered !== null) return { ...rendered, warnings: [...rendered.warnings, ...warnings] };
    // Each time one more video is known to change its size.
    if (context.resized.size === resizedBefore) throw new RangeError('a render was given up for no reason');
  }
}

/** @returns null: it was ended, since the size of a video changed on the way; that is noted in `context.resized`. */
async function renderOnce(output: PlannedOutput, context: RenderContext): Promise<RenderedOutput | null> {
  const { composition, profile, files } = output;
  const { scratch, tools, media, onProgress, log, resized } = context;
  const plan = planRender(composition, { media, finish: profile.finish, resized });
  await writeFile(scratch.path(GRAPH_FILE), plan.graph);
  for (const { name, text } of plan.files) await writeFile(scratch.path(name), text);
  const args = renderArguments({
    inputs: plan.inputs,
    graphFile: GRAPH_FILE,
    outputFile: files[0],
    encodingOptions: profile.encodingOptions(composition),
    majorVersion: tools.toolchain.majorVersion,
  });
  const { frames, frameRate } = composition;
  const planned = { endUs: timeUsOf(frames, frameRate), frameUs: timeUsOf(1, frameRate) };
  const damage = createDamageCounter(plan.inputs);
  const link = linkSignals([tools.signal]);
  const isGivenUp = () => link.signal.aborted && !tools.signal.aborted;
  const watchSizes = splitLines((line) => {
    const uri = resizedInput(line, plan.inputs);
    if (uri === null || resized.has(uri)) return;
    resized.add(uri);
    link.abort(new Error('the size of a video changed'));
  });
  const onStderr = (chunk: Buffer) => {
    damage.push(chunk);
    watchSizes(chunk);
  };
  const options = { graph: plan.graph, onProgress, onStderr, planned };
  const run = runTool({ ...tools, signal: link.signal }, 'ffmpeg', args, options);
  const result = await run
    .catch((error: unknown) => {
      if (isGivenUp()) return null;
      throw isOverLimit(error) ? overLimit(error) : error;
    })
    .finally(() => {
      link.release();
    });
  // Also when ffmpeg came to its end before it was killed.
  if (result === null || isGivenUp()) return null;
  const { exitCode, signal, peakRssBytes, cpuMs, stderrTail: stderr } = result;
  const fields = { ...context.logFields, exitCode, signal, peakRssBytes, cpuMs, args, graph: plan.graph, stderr };
  if (exitCode !== 0) {
    log?.warn(fields, 'ffmpeg failed');
    throw renderFailed(result);
  }
  log?.debug(fields, 'ffmpeg ended');
  return { stderr, warnings: judgeDamage(plan.inputs, damage.counts) };
}

/** Whether our own limit ended it, and not a machine without memory: then another try ends the same way. */
function isOverLimit(error: unknown): boolean {
  if (!(error instanceof RenderError) || error.failure.reason !== 'OUT_OF_MEMORY') return false;
  return (error.cause as Partial<SupervisedResult> | undefined)?.firedClock === 'MEMORY';
}

function overLimit(cause: unknown): RenderError {
  const message = 'the render exceeded its memory limit; use fewer or longer clips, or a lower resolution';
  return new RenderError('MEMORY_LIMIT_EXCEEDED', message, { cause });
}

/** The URI of the input that a line of ffmpeg's standard error reports to change its size; null: it is about something else. */
function resizedInput(line: string, inputs: readonly GraphInput[]): string | null {
  // Up to ffmpeg 6 by `graph 0 input from stream 3:0`, later by `vist#3:0`: in both the number of the input.
  const number = /(?:input from stream |vist#|graph_in_)(\d+)[:_]\d.*Changing video frame properties on the fly/.exec(
    line,
  )?.[1];
  return number === undefined ? null : (inputs[Number(number)]?.uri ?? null);
}
