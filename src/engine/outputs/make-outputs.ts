import type { Composition } from '../../composition/composition.js';
import { timeUsOf } from '../../composition/frame-grid.js';
import type { Warning } from '../../composition/warning.js';
import type { FinishedFile, OutputStore } from '../../task/ports/output-store.js';
import type { RenderJob } from '../../task/ports/renderer.js';
import type { Output } from '../../task/task.js';
import type { CaptionDocument } from '../captions/caption-document.js';
import type { Fonts } from '../captions/fonts.js';
import { layOutCaptions } from '../captions/lay-out-captions.js';
import { captionWarnings } from '../captions/missing-glyphs.js';
import type { KnownMedia } from '../compositor/render-plan.js';
import type { ToolContext } from '../process/run-tool.js';
import type { ProgressMeter } from '../progress-meter.js';
import { mayPass } from '../render-failure.js';
import type { RenderLog } from '../render-log.js';
import type { Reuse } from '../reuse/reuse.js';
import type { Scratch } from '../scratch.js';
import { runSteps } from '../steps/run-steps.js';
import type { Seats } from '../steps/seats.js';
import { judgeDamage, type InputDamage } from './damage.js';
import { createGraphFiles, type GraphFiles } from './graph-files.js';
import type { OutputProfile, VerifiedOutput } from './output-profile.js';
import { planOutputs, type OutputStep, type PlannedOutput } from './plan-outputs.js';
import { canCutWithin } from './plan-sections.js';
import type { PreviewReader } from './preview.js';
import type { RenderedGraph } from './render-graph.js';
import { joinSections, renderSection, renderSoundtrack, renderWhole, type RenderContext } from './render-steps.js';

export interface OutputContext {
  readonly job: Pick<RenderJob, 'key' | 'fence' | 'attemptId'>;
  readonly scratch: Scratch;
  readonly tools: ToolContext;
  readonly media: KnownMedia;
  readonly fonts: Fonts;
  readonly store: OutputStore;
  /** Null: everything is rendered. */
  readonly reuse: Reuse | null;
  readonly seats: Seats;
  /** Threads of the encoder of one section. */
  readonly sectionThreads: number;
  readonly meter: ProgressMeter;
  /** Null: no previews are made. */
  readonly previews: PreviewReader | null;
  readonly signal: AbortSignal;
  readonly log?: RenderLog;
}

/** The results so far of the steps of one output. */
interface OutputResults {
  captions: readonly CaptionDocument[];
  warnings: readonly Warning[];
  readonly damage: InputDamage[];
  readonly stderr: string[];
  reusedFrames: number;
  verified: VerifiedOutput | null;
  published: Output | null;
}

/** What the outputs of one attempt share. */
interface Shared {
  readonly files: GraphFiles;
  /** URIs of videos whose size changes on the way. */
  readonly resized: Set<string>;
  readonly results: ReadonlyMap<PlannedOutput, OutputResults>;
}

/**
 * Renders, verifies and publishes one output for each composition. When it throws, none of its published files is left.
 * @throws RenderError.
 */
export async function makeOutputs(
  compositions: readonly Composition[],
  profile: OutputProfile,
  context: OutputContext,
): Promise<{ outputs: Output[]; warnings: Warning[] }> {
  const { meter, store, signal, seats, media, scratch, job } = context;
  const steps = planOutputs(compositions, { profile, canCutWithin: canCutWithin(media) });
  const results = new Map(steps.map(({ output }) => [output, noResults()]));
  const shared: Shared = { files: createGraphFiles(scratch), resized: new Set(), results };
  meter.planned(steps);
  try {
    await runSteps(steps, {
      atOnce: (kind) => (kind === 'section' ? seats.count : 1),
      perform: (step, stop) => perform(step, stop, shared, context),
      mayPass,
      signal,
      onDone: meter.done,
    });
  } catch (error) {
    const { key, fence, attemptId } = job;
    await store.discardAttempt({ key, fence, attemptId });
    throw error;
  }
  const made = [...results.values()];
  const outputs = made.flatMap(({ published }) => published ?? []);
  const stderr = made.flatMap((result) => result.stderr).join('\n');
  // Variants show the same inputs and text: the last one's warnings are those of all.
  return { outputs, warnings: [...(made.at(-1)?.warnings ?? []), ...captionWarnings(stderr, compositions)] };
}

function noResults(): OutputResults {
  return { captions: [], warnings: [], damage: [], stderr: [], reusedFrames: 0, verified: null, published: null };
}

async function perform(step: OutputStep, stop: AbortSignal, shared: Shared, context: OutputContext): Promise<void> {
  const { output } = step;
  const result = resultsOf(output, shared);
  const toRender = renderContext(step, stop, shared, context);
  switch (step.kind) {
    case 'captions': {
      const { documents, warnings } = await layOutCaptions(output.composition, {
        ...toRender.tools,
        fonts: context.fonts,
      });
      result.captions = documents;
      result.warnings = warnings;
      return;
    }
    case 'render':
      note(result, step, await renderWhole(output, toRender), context);
      judge(result);
      return;
    case 'section':
      note(result, step, await renderSection(step, toRender), context);
      return;
    case 'soundtrack':
      await renderSoundtrack(output, toRender);
      return;
    case 'join':
      judge(result);
      await joinSections(output, toRender);
      return;
    case 'verify':
      result.verified = await output.profile.verify(toRender.tools, output.files, output.composition);
      return;
    case 'publish':
      stop.throwIfAborted();
      result.published = await publish(output, result, context);
      return;
  }
}

function resultsOf(output: PlannedOutput, { results }: Shared): OutputResults {
  const found = results.get(output);
  if (!found) throw new RangeError('a step of an output that is not planned');
  return found;
}

function renderContext(step: OutputStep, stop: AbortSignal, shared: Shared, context: OutputContext): RenderContext {
  const { job, meter, seats } = context;
  return {
    ...context,
    ...shared,
    tools: { ...context.tools, signal: stop },
    captionsOf: (output) => resultsOf(output, shared).captions,
    takeSeat: () => seats.take(job, stop),
    logFields: { taskId: job.key.id },
    onProgress: (block) => {
      meter.rendered(step.id, block);
    },
  };
}

function note(
  result: OutputResults,
  { id, frames, output }: OutputStep,
  { stderr, damage, isReused }: RenderedGraph,
  { meter }: OutputContext,
): void {
  result.stderr.push(stderr);
  result.damage.push(...damage);
  if (!isReused) return;
  result.reusedFrames += frames;
  meter.reused(id, timeUsOf(frames, output.composition.frameRate));
}

/** Once all of an output is rendered. @throws as `judgeDamage`. */
function judge(result: OutputResults): void {
  result.warnings = [...judgeDamage(result.damage), ...result.warnings];
}

async function publish(
  { files }: PlannedOutput,
  { verified, reusedFrames }: OutputResults,
  { job, scratch, store }: OutputContext,
): Promise<Output> {
  if (!verified) throw new RangeError('only a verified output is published');
  const [first, ...rest] = files;
  const finished = (name: string): FinishedFile => ({ name, path: scratch.path(name) });
  const { key, fence, attemptId } = job;
  const location = await store.publish([finished(first), ...rest.map(finished)], { key, fence, attemptId });
  return { ...verified, key: first, location, reusedFrames };
}
