import type { Composition } from '../composition/composition.js';
import type { Warning } from '../composition/warning.js';
import { DRAW_STEPS_AT_ONCE, performDrawStep } from './draw/perform-draw-step.js';
import { planDrawings } from './draw/plan-drawings.js';
import { createImageBatches } from './images/image-batches.js';
import { inputWarnings } from './inputs/input-warnings.js';
import { createKnownInputs, factsOf, type KnownInputs } from './inputs/known-inputs.js';
import { inputStepsAtOnce, performInputStep } from './inputs/perform-input-step.js';
import { planInputs } from './inputs/plan-inputs.js';
import { requirePresent } from './inputs/require-present.js';
import { mergeWarnings } from './outputs/merge-warnings.js';
import type { ToolContext } from './process/run-tool.js';
import { mayPass } from './render-failure.js';
import { createReuse, type Reuse } from './reuse/reuse.js';
import { requireEncoders } from './require-encoders.js';
import { requireMemory } from './require-memory.js';
import type { Scratch } from './scratch.js';
import { inSpan } from './steps/in-span.js';
import { runSteps } from './steps/run-steps.js';
import type { Attempt } from './attempt.js';

/** How long the inputs together may take to be fetched, unless a task says otherwise; `task.proto` says so. */
const FETCH_TIMEOUT_MS = 300_000;

/** All that the pictures of an attempt are made of. */
export interface PreparedPictures {
  readonly compositions: readonly Composition[];
  readonly known: KnownInputs;
  readonly tools: ToolContext;
  readonly warnings: readonly Warning[];
}

/** Fetches and reads the inputs, composes the videos, and draws their pictures. @throws RenderError. */
export async function preparePictures(scratch: Scratch, attempt: Attempt): Promise<PreparedPictures> {
  const { options, job, hooks, meter } = attempt;
  const { form } = job;
  requireEncoders(job.outputs, options.toolchain);
  const tools = toolContext(scratch, attempt);
  const known = createKnownInputs();
  const fetchUntilMs = performance.now() + (job.timeouts.fetchMs ?? FETCH_TIMEOUT_MS);
  const images = createImageBatches();
  const { assets } = options;
  const { cache } = job;
  const context = { scratch, assets, tools, fetchUntilMs, cache, images, known, purpose: 'RENDER' } as const;
  const steps = planInputs(form);
  meter.planned(steps);
  await runSteps(steps, {
    atOnce: inputStepsAtOnce,
    perform: inSpan(hooks, (step, stop) => performInputStep(step, context, stop)),
    mayPass,
    onDone: meter.done,
    signal: hooks.signal,
  });
  const { compositions, warnings } = form.compose(factsOf(known));
  const drawn = await drawPictures(compositions, { tools, known, attempt });
  for (const composition of compositions) {
    requirePresent(composition, known);
    requireMemory(composition, known, tools.clocks.maxRssBytes);
  }
  return { compositions, known, tools, warnings: [...inputWarnings(form, known), ...warnings, ...drawn] };
}

/** How an attempt uses what was rendered before. */
export function reuseIn(scratch: Scratch, { options, job }: Pick<Attempt, 'options' | 'job'>): Reuse | null {
  const { artifacts, hashes, log } = options;
  const { key, cache } = job;
  return createReuse({ store: artifacts, tenant: key.tenant, mode: cache, scratch, hashes, ...(log ? { log } : {}) });
}

interface Preparation {
  readonly tools: ToolContext;
  readonly known: KnownInputs;
  readonly attempt: Attempt;
}

/** Draws the pictures of compositions, which are then known like those of inputs. @returns the warnings about them. */
async function drawPictures(
  compositions: readonly Composition[],
  { tools, known, attempt: { options, hooks, meter } }: Preparation,
): Promise<Warning[]> {
  const steps = planDrawings(compositions);
  const warnings: Warning[] = [];
  meter.planned(steps);
  await runSteps(steps, {
    atOnce: () => DRAW_STEPS_AT_ONCE,
    perform: inSpan(hooks, (step, stop) =>
      performDrawStep(step, {
        tools: { ...tools, signal: stop },
        fonts: options.fonts,
        visuals: known.visuals,
        onWarning: (warning) => warnings.push(warning),
      }),
    ),
    mayPass,
    onDone: meter.done,
    signal: hooks.signal,
  });
  return mergeWarnings(warnings);
}

/** A task's own limits stand in for the engine's. */
function toolContext(scratch: Scratch, { options, job, hooks, recorder }: Attempt): ToolContext {
  const { toolchain, fonts, clocks, supervise } = options;
  const { timeouts } = job;
  const totalMs = timeouts.totalMs ?? clocks.totalMs;
  const stallMs = timeouts.stallMs ?? clocks.stallMs;
  return {
    toolchain,
    cwd: scratch.folder,
    descriptorsIn: scratch.descriptorsIn,
    env: fonts.env,
    clocks: { ...clocks, totalMs, stallMs, quietMs: Math.min(clocks.quietMs, stallMs) },
    deadlineMs: performance.now() + totalMs,
    supervise,
    signal: hooks.signal,
    record: recorder.record,
  };
}
