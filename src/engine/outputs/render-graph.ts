import { rm } from 'node:fs/promises';
import path from 'node:path';
import { timeUsOf, type Rational } from '../../composition/frame-grid.js';
import { RenderError } from '../../task/failure.js';
import { linkSignals } from '../../task/abort.js';
import { renderArguments, type Target } from '../command-line.js';
import type { GraphInput, RenderPlan } from '../compositor/render-plan.js';
import type { ProgressBlock } from '../process/progress.js';
import type { SupervisedResult } from '../process/supervisor.js';
import { splitLines } from '../process/split-lines.js';
import { runTool, type ToolContext } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';
import type { RenderLog } from '../render-log.js';
import { isPortable } from '../reuse/file-identity.js';
import { fileKey, graphKey } from '../reuse/graph-key.js';
import type { Reuse } from '../reuse/reuse.js';
import { createDamageCounter, damageOf, type InputDamage } from './damage.js';
import { costOf, type Cost } from '../steps/cost.js';
import type { GraphFiles } from './graph-files.js';
import { previewArguments, previewGraph, type PreviewedPad, type PreviewReader } from './preview.js';

/** One graph to be rendered into files of the scratch folder. */
export interface GraphJob {
  /** Unique in the attempt. */
  readonly id: string;
  /** Made anew when a video was found to change its size. @param resized URIs of such videos. */
  readonly plan: (resized: ReadonlySet<string>) => RenderPlan;
  readonly targets: readonly Target[];
  /** The pad whose frames previews show; null: it has no pictures. */
  readonly previewOf: PreviewedPad | null;
  /** Pixels of each picture that is encoded. */
  readonly encoded: readonly number[];
  /** Of each filter; absent: one for each core. */
  readonly filterThreads?: number;
  /** Length of the output; of audio alone, as the video's. */
  readonly frames: number;
  readonly frameRate: Rational;
  /** Whether other machines may make it, so that its key must be the same on all. */
  readonly isShareable: boolean;
}

export interface GraphContext {
  readonly tools: ToolContext;
  readonly files: GraphFiles;
  /** Null: every graph is rendered. */
  readonly reuse: Reuse | null;
  /** Waits until there is room for a command; gives it back. */
  readonly takeSeat: (cost: Cost) => Promise<() => void>;
  readonly onProgress: (block: ProgressBlock) => void;
  /** Null: no previews are made. */
  readonly previews: PreviewReader | null;
  /** URIs of videos whose size changes on the way; found while rendering. */
  readonly resized: Set<string>;
  readonly log?: RenderLog;
}

export interface RenderedGraph {
  /** The end of ffmpeg's standard error. */
  readonly stderr: string;
  /** Damaged frames of each input of the plan, in order. */
  readonly damaged: readonly number[];
  readonly damage: readonly InputDamage[];
  /** Whether it had been rendered before. */
  readonly isReused: boolean;
}

/** Renders a graph by one command of ffmpeg. @throws RenderError as `runTool`, or RENDER_FAILED. */
export async function renderGraph(job: GraphJob, context: GraphContext): Promise<RenderedGraph> {
  for (;;) {
    const planned = new Set(context.resized);
    const rendered = await renderOnce(job, planned, context);
    if (rendered !== null) return rendered;
    // Each time one more video is known to change its size.
    if (context.resized.size === planned.size) throw new RangeError('a render was given up for no reason');
  }
}

/** @returns null: it was ended, since the size of a video changed on the way; that is noted in `context.resized`. */
async function renderOnce(
  job: GraphJob,
  planned: ReadonlySet<string>,
  context: GraphContext,
): Promise<RenderedGraph | null> {
  const { tools, reuse } = context;
  const { targets } = job;
  const plan = job.plan(planned);
  if (!reuse) return renderSeated(job, plan, planned, context);
  const { key } = await keyOf(job, plan, { tools, reuse });
  const files = targets.map(({ file }, i) => ({ file, key: fileKey(key, i) }));
  const note = await findAll(files, tools.cwd, reuse);
  if (note !== null) return readNote(note, plan);
  const rendered = await renderSeated(job, plan, planned, context);
  if (rendered) for (const { file, key: hash } of files) await reuse.keep(hash, file, writeNote(rendered));
  return rendered;
}

/** The key by which other machines know the result of a graph; null: they cannot come to the same. */
export async function sharedKeyOf(
  job: GraphJob,
  { tools, reuse, resized }: Pick<GraphContext, 'tools' | 'reuse' | 'resized'>,
): Promise<string | null> {
  if (!reuse?.isShared || !job.isShareable) return null;
  const { key, isPortable } = await keyOf(job, job.plan(new Set(resized)), { tools, reuse });
  return isPortable ? key : null;
}

/**
 * Renders a graph for another machine, unless it is there already.
 * @param keep keeps a file under its key, or throws.
 * @returns false: it cannot be made under this key, since the size of a video changes on the way.
 */
export async function renderForOther(
  job: GraphJob,
  key: string,
  context: GraphContext & { readonly reuse: Reuse; readonly keep: Reuse['keep'] },
): Promise<boolean> {
  const { tools, reuse, keep } = context;
  const files = job.targets.map(({ file }, i) => ({ file, key: fileKey(key, i) }));
  try {
    if ((await findAll(files, tools.cwd, reuse)) !== null) return true;
    const rendered = await renderSeated(job, job.plan(new Set()), new Set(), context);
    if (rendered) for (const { file, key: hash } of files) await keep(hash, file, writeNote(rendered));
    return rendered !== null;
  } finally {
    await Promise.all(files.map(({ file }) => rm(path.join(tools.cwd, file), { force: true })));
  }
}

/** @returns the note of the files, which are all there now; null: one is missing, and none is there. */
async function findAll(
  files: readonly { readonly file: string; readonly key: string }[],
  folder: string,
  reuse: Reuse,
): Promise<string | null> {
  let note: string | null = null;
  for (const { file, key } of files) {
    note = await reuse.find(key, file);
    if (note === null) break;
  }
  // Those that were found are shared with the cache: they must not be written to.
  if (note === null) await Promise.all(files.map(({ file }) => rm(path.join(folder, file), { force: true })));
  return note;
}

async function renderSeated(
  job: GraphJob,
  plan: RenderPlan,
  planned: ReadonlySet<string>,
  context: GraphContext,
): Promise<RenderedGraph | null> {
  const decoded = plan.inputs.map(({ pixels }) => pixels);
  const leave = await context.takeSeat(costOf({ decoded, encoded: job.encoded }));
  try {
    const graphFile = `${job.id}.graph`;
    const previewFile = context.previews && job.previewOf !== null ? `${job.id}-preview.jpg` : null;
    // No part of the plan: a result is the same with and without.
    const content =
      previewFile === null || job.previewOf === null
        ? plan.graph
        : plan.graph + previewGraph(job.previewOf, job.frameRate);
    await context.files.write([...plan.files, { name: graphFile, content }]);
    return await runGraph(job, { plan, graphFile, previewFile, planned }, context);
  } finally {
    leave();
  }
}

interface GraphRun {
  readonly plan: RenderPlan;
  readonly graphFile: string;
  /** Null: without previews. */
  readonly previewFile: string | null;
  readonly planned: ReadonlySet<string>;
}

async function runGraph(
  job: GraphJob,
  { plan, graphFile, previewFile, planned }: GraphRun,
  { tools, onProgress, previews, log, resized }: GraphContext,
): Promise<RenderedGraph | null> {
  const { majorVersion } = tools.toolchain;
  const { filterThreads } = job;
  const threads = filterThreads === undefined ? {} : { filterThreads };
  const args = [
    ...renderArguments({ inputs: plan.inputs, graphFile, targets: job.targets, majorVersion, ...threads }),
    ...(previewFile === null ? [] : previewArguments(previewFile)),
  ];
  const damage = createDamageCounter(plan.inputs);
  const link = linkSignals([tools.signal]);
  const isGivenUp = () => link.signal.aborted && !tools.signal.aborted;
  const watchSizes = splitLines((line) => {
    const uri = resizedInput(line, plan.inputs);
    if (uri === null || planned.has(uri)) return;
    resized.add(uri);
    link.abort(new Error('the size of a video changed'));
  });
  const onStderr = (chunk: Buffer) => {
    damage.push(chunk);
    watchSizes(chunk);
  };
  const length = { endUs: timeUsOf(job.frames, job.frameRate), frameUs: timeUsOf(1, job.frameRate) };
  const onBlock = (block: ProgressBlock) => {
    onProgress(block);
    if (previewFile !== null) previews?.look(previewFile);
  };
  const options = { graph: plan.graph, onProgress: onBlock, onStderr, planned: length };
  const result = await runTool({ ...tools, signal: link.signal }, 'ffmpeg', args, options)
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
  const fields = { exitCode, signal, peakRssBytes, cpuMs, args, graph: plan.graph, stderr };
  if (exitCode !== 0) {
    log?.warn(fields, 'ffmpeg failed');
    throw renderFailed(result);
  }
  log?.debug(fields, 'ffmpeg ended');
  const damaged = damage.counts();
  return { stderr, damaged, damage: damageOf(plan, damaged), isReused: false };
}

async function keyOf(
  { targets, isShareable }: GraphJob,
  plan: RenderPlan,
  { tools, reuse }: { readonly tools: ToolContext; readonly reuse: Reuse },
): Promise<{ readonly key: string; readonly isPortable: boolean }> {
  const byBytes = isShareable && reuse.isShared;
  const identities = await Promise.all(plan.inputs.map(({ file }) => reuse.identityOf(file, { byBytes })));
  const key = graphKey({ plan, targets, toolVersion: tools.toolchain.version, identities });
  return { key, isPortable: identities.every(isPortable) };
}

/** What is known of a rendered file beside its bytes. */
type Note = Pick<RenderedGraph, 'stderr' | 'damaged'>;

function writeNote({ stderr, damaged }: Note): string {
  return JSON.stringify({ stderr, damaged } satisfies Note);
}

function readNote(text: string, plan: RenderPlan): RenderedGraph {
  const { stderr, damaged } = JSON.parse(text) as Note;
  return { stderr, damaged, damage: damageOf(plan, damaged), isReused: true };
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
