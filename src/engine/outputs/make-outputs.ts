import type { Composition } from '../../composition/composition.js';
import type { Warning } from '../../composition/warning.js';
import type { FinishedFile, OutputStore } from '../../task/ports/output-store.js';
import type { RenderJob } from '../../task/ports/renderer.js';
import type { Output } from '../../task/task.js';
import type { Fonts } from '../captions/fonts.js';
import { captionWarnings } from '../captions/missing-glyphs.js';
import type { KnownMedia } from '../compositor/render-plan.js';
import type { ToolContext } from '../process/run-tool.js';
import type { ProgressMeter } from '../progress-meter.js';
import { mayPass } from '../render-failure.js';
import type { RenderLog } from '../render-log.js';
import type { Scratch } from '../scratch.js';
import { runSteps } from '../steps/run-steps.js';
import type { Seats } from '../steps/seats.js';
import { judgeDamage, type InputDamage } from './damage.js';
import { createGraphFiles } from './graph-files.js';
import type { OutputProfile, VerifiedOutput } from './output-profile.js';
import { planOutputs, type OutputStep, type PlannedOutput } from './plan-outputs.js';
import { canCutWithin } from './plan-sections.js';
import type { RenderedGraph } from './render-graph.js';
import { joinSections, renderSection, renderSoundtrack, renderWhole, writeCaptions } from './render-steps.js';

export interface OutputContext {
  readonly job: Pick<RenderJob, 'key' | 'fence' | 'attemptId'>;
  readonly scratch: Scratch;
  readonly tools: ToolContext;
  readonly media: KnownMedia;
  readonly fonts: Fonts;
  readonly store: OutputStore;
  readonly seats: Seats;
  /** Threads of the encoder of one section. */
  readonly sectionThreads: number;
  readonly meter: ProgressMeter;
  readonly signal: AbortSignal;
  readonly log?: RenderLog;
}

/** Steps that encode wait for a seat, which limits them across attempts. */
const NEEDS_SEAT: ReadonlySet<OutputStep['kind']> = new Set(['render', 'section', 'soundtrack']);

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
  const verified = new Map<PlannedOutput, VerifiedOutput>();
  const published = new Map<PlannedOutput, Output>();
  const resized = new Set<string>();
  const files = createGraphFiles(scratch);
  // By output: variants show the same inputs and text, and are judged each by itself.
  const damage = new Map<PlannedOutput, InputDamage[]>();
  const warnings = new Map<PlannedOutput, Warning[]>();
  const stderrs: string[] = [];

  function noteRendered(output: PlannedOutput, rendered: RenderedGraph): void {
    stderrs.push(rendered.stderr);
    damage.set(output, [...(damage.get(output) ?? []), ...rendered.damage]);
  }

  async function perform(step: OutputStep, stop: AbortSignal): Promise<void> {
    const leave = NEEDS_SEAT.has(step.kind) ? await seats.take(job, stop) : () => undefined;
    try {
      await performSeated(step, stop);
    } finally {
      leave();
    }
  }

  async function performSeated(step: OutputStep, stop: AbortSignal): Promise<void> {
    const { output, id } = step;
    const renderContext = {
      ...context,
      tools: { ...context.tools, signal: stop },
      files,
      resized,
      logFields: { taskId: job.key.id },
      onProgress: (block: Parameters<ProgressMeter['rendered']>[1]) => {
        meter.rendered(id, block);
      },
    };
    switch (step.kind) {
      case 'captions':
        warnings.set(output, await writeCaptions(output, renderContext));
        return;
      case 'render':
        noteRendered(output, await renderWhole(output, renderContext));
        judge(output);
        return;
      case 'section':
        noteRendered(output, await renderSection(step, renderContext));
        return;
      case 'soundtrack':
        await renderSoundtrack(output, renderContext);
        return;
      case 'join':
        judge(output);
        await joinSections(output, renderContext);
        return;
      case 'verify':
        verified.set(output, await output.profile.verify(renderContext.tools, output.files, output.composition));
        return;
      case 'publish':
        stop.throwIfAborted();
        published.set(output, await publish(output, verified.get(output), context));
        return;
    }
  }

  function judge(output: PlannedOutput): void {
    const found = judgeDamage(damage.get(output) ?? []);
    warnings.set(output, [...found, ...(warnings.get(output) ?? [])]);
  }

  const atOnce = (kind: OutputStep['kind']) => (kind === 'section' ? seats.count : 1);
  meter.planned(steps);
  try {
    await runSteps(steps, { atOnce, perform, mayPass, signal, onDone: meter.done });
  } catch (error) {
    const { key, fence, attemptId } = job;
    await store.discardAttempt({ key, fence, attemptId });
    throw error;
  }
  const outputs = steps.flatMap(({ kind, output }) => (kind === 'publish' ? (published.get(output) ?? []) : []));
  // Variants show the same inputs and text: the last one's warnings are those of all.
  const last = [...warnings.values()].at(-1) ?? [];
  return { outputs, warnings: [...last, ...captionWarnings(stderrs.join('\n'), compositions)] };
}

async function publish(
  { files }: PlannedOutput,
  facts: VerifiedOutput | undefined,
  { job, scratch, store }: OutputContext,
): Promise<Output> {
  if (!facts) throw new RangeError('only a verified output is published');
  const [first, ...rest] = files;
  const finished = (name: string): FinishedFile => ({ name, path: scratch.path(name) });
  const { key, fence, attemptId } = job;
  const location = await store.publish([finished(first), ...rest.map(finished)], { key, fence, attemptId });
  return { ...facts, key: first, location };
}
