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
import type { OutputProfile, VerifiedOutput } from './output-profile.js';
import { planOutputs, type OutputStep, type PlannedOutput } from './plan-outputs.js';
import { renderOutput, type RenderedOutput } from './render-output.js';

export interface OutputContext {
  readonly job: Pick<RenderJob, 'key' | 'fence' | 'attemptId'>;
  readonly scratch: Scratch;
  readonly tools: ToolContext;
  readonly media: KnownMedia;
  readonly fonts: Fonts;
  readonly store: OutputStore;
  readonly meter: ProgressMeter;
  readonly signal: AbortSignal;
  readonly log?: RenderLog;
}

/** An encoder takes all cores of the machine; the steps after it hardly take one. */
const AT_ONCE = { render: 1, verify: 1, publish: 1 } as const;

/**
 * Renders, verifies and publishes one output for each composition. When it throws, none of its published files is left.
 * @throws RenderError.
 */
export async function makeOutputs(
  compositions: readonly Composition[],
  profile: OutputProfile,
  context: OutputContext,
): Promise<{ outputs: Output[]; warnings: Warning[] }> {
  const { meter, store, signal } = context;
  const steps = planOutputs(compositions, profile);
  const verified = new Map<PlannedOutput, VerifiedOutput>();
  const published = new Map<PlannedOutput, Output>();
  const resized = new Set<string>();
  let rendered: RenderedOutput = { stderr: '', warnings: [] };

  async function perform({ kind, output, id }: OutputStep, stop: AbortSignal): Promise<void> {
    const tools = { ...context.tools, signal: stop };
    switch (kind) {
      case 'render':
        rendered = await renderOutput(output, {
          ...context,
          tools,
          resized,
          logFields: { taskId: context.job.key.id },
          onProgress: (block) => {
            meter.rendered(id, block);
          },
        });
        return;
      case 'verify':
        verified.set(output, await output.profile.verify(tools, output.files, output.composition));
        return;
      case 'publish':
        stop.throwIfAborted();
        published.set(output, await publish(output, verified.get(output), context));
        return;
    }
  }

  meter.planned(steps);
  try {
    await runSteps(steps, { atOnce: (kind) => AT_ONCE[kind], perform, mayPass, signal, onDone: meter.done });
  } catch (error) {
    const { key, fence, attemptId } = context.job;
    await store.discardAttempt({ key, fence, attemptId });
    throw error;
  }
  const outputs = steps.flatMap(({ kind, output }) => (kind === 'publish' ? (published.get(output) ?? []) : []));
  // Variants show the same inputs and text: the last one's warnings are those of all.
  return { outputs, warnings: [...rendered.warnings, ...captionWarnings(rendered.stderr, compositions)] };
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
