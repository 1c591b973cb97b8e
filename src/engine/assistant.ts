import { type Assistant, type AssistStep, StepDeclinedError } from '../task/ports/assistant.js';
import type { SharedStep } from '../task/ports/helpers.js';
import { logOf, nameOf, SECTION_THREADS, type Attempt } from './attempt.js';
import type { CaptionDocument } from './captions/caption-document.js';
import { layOutCaptions } from './captions/lay-out-captions.js';
import { drawnCaptions } from '../composition/drawn-captions.js';
import { createGraphFiles } from './outputs/graph-files.js';
import { planMaking } from './outputs/plan-making.js';
import type { OutputStep } from './outputs/plan-outputs.js';
import type { Pass } from './outputs/plan-passes.js';
import { renderForOther, sharedKeyOf } from './outputs/render-graph.js';
import { sectionGraph, type RenderContext } from './outputs/render-steps.js';
import { preparePictures, reuseIn, type PreparedPictures } from './prepare-pictures.js';
import { createProgressMeter } from './progress-meter.js';
import { asRenderError } from './render-failure.js';
import type { RendererOptions } from './renderer-options.js';
import type { Scratch } from './scratch.js';
import { withScratch } from './with-scratch.js';

type Section = Extract<OutputStep, { kind: 'section' }>;

/**
 * Renders sections of attempts of other workers. It plans as they do, from the spec, and renders a section only when it comes to the same key: with another ffmpeg,
 * or an input that is another on this machine, it does not.
 */
export function createAssistant(given: RendererOptions): Assistant {
  return {
    atOnce: given.seats.most,
    async assist(job, signal, work) {
      const options = given.log ? { ...given, log: logOf(job, given.log) } : given;
      const meter = createProgressMeter(() => undefined);
      try {
        await withScratch(options, nameOf(job), async (scratch) => {
          const attempt = { options, job, hooks: { signal }, recorder: { record: () => undefined }, meter };
          await work(await assistIn(scratch, attempt));
        });
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof StepDeclinedError ? error : asRenderError(error);
      }
    },
  };
}

async function assistIn(scratch: Scratch, attempt: Attempt): Promise<AssistStep> {
  const { options, job } = attempt;
  const prepared = await preparePictures(scratch, attempt);
  const { compositions, known, tools } = prepared;
  const { standIns } = options;
  const { steps } = await planMaking(compositions, job.outputs, { tools, media: known, standIns });
  const sections = new Map(steps.flatMap((step) => (step.kind === 'section' ? [[step.id, step] as const] : [])));
  const captionsOf = captionsFor(prepared, attempt);
  const files = createGraphFiles(scratch);
  const reuse = reuseIn(scratch, attempt);
  const { artifacts, seats, log } = options;
  return async ({ step: id, hash }: SharedStep, { signal, onFrames }) => {
    const step = sections.get(id);
    if (!step || !reuse?.isShared || !artifacts) throw new StepDeclinedError('the plan has no such step here');
    const captions = await captionsOf(step.pass);
    const context: RenderContext = {
      scratch,
      media: known,
      captionsOf: () => captions,
      sectionThreads: SECTION_THREADS,
      tools: { ...tools, signal, deadlineMs: performance.now() + tools.clocks.totalMs },
      files,
      reuse,
      takeSeat: (cost) => seats.take(job, cost, signal),
      onProgress: ({ frame }) => {
        onFrames(frame ?? 0);
      },
      previews: null,
      resized: new Set(),
      ...(log ? { log } : {}),
    };
    await renderSame(step, hash, context, {
      reuse,
      keep: (key, file, note) => artifacts.put({ tenant: job.key.tenant, hash: key }, scratch.path(file), note),
    });
    return step.section.frames;
  };
}

async function renderSame(
  step: Section,
  hash: string,
  context: RenderContext,
  { reuse, keep }: Pick<Parameters<typeof renderForOther>[2], 'reuse' | 'keep'>,
): Promise<void> {
  const graph = sectionGraph(step, context);
  if ((await sharedKeyOf(graph, context)) !== hash)
    throw new StepDeclinedError('its result would be another here: ffmpeg, a font or an input is not the same');
  if (!(await renderForOther(graph, hash, { ...context, reuse, keep })))
    throw new StepDeclinedError('a video changes its size on the way');
}

/** Laid out once for each pass. */
function captionsFor(
  { tools }: Pick<PreparedPictures, 'tools'>,
  { options }: Attempt,
): (pass: Pass) => Promise<readonly CaptionDocument[]> {
  const known = new Map<Pass, Promise<readonly CaptionDocument[]>>();
  return (pass) => {
    if (drawnCaptions(pass.composition).length === 0) return Promise.resolve([]);
    const found = known.get(pass) ?? layOut(pass);
    known.set(pass, found);
    return found;
  };
  async function layOut({ composition }: Pass): Promise<readonly CaptionDocument[]> {
    return (await layOutCaptions(composition, { ...tools, fonts: options.fonts })).documents;
  }
}
