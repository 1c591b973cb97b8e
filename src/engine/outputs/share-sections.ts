import { timeUsOf } from '../../composition/frame-grid.js';
import type { Helpers } from '../../task/ports/helpers.js';
import type { ProgressMeter } from '../progress-meter.js';
import type { Reuse } from '../reuse/reuse.js';
import type { Seats } from '../steps/seats.js';
import { StepBoard } from '../steps/step-board.js';
import type { OutputStep } from './plan-outputs.js';
import { sharedKeyOf, type RenderedGraph } from './render-graph.js';
import { renderSection, sectionGraph, type RenderContext } from './render-steps.js';

interface SharingContext {
  readonly helpers: Helpers | null;
  readonly reuse: Reuse | null;
  readonly seats: Seats;
  readonly meter: ProgressMeter;
}

/** Null: there is nobody to share with, or nothing. */
export function boardFor(
  steps: readonly OutputStep[],
  { helpers, reuse, seats, meter }: SharingContext,
): StepBoard | null {
  const sections = steps.filter((step) => step.kind === 'section');
  if (!helpers || reuse?.isShared !== true || sections.length <= 1) return null;
  const rates = new Map(sections.map(({ id, pass }) => [id, pass.composition.frameRate]));
  return new StepBoard({
    helpers,
    atOnce: seats.most,
    onFrames: (id, frame) => {
      const rate = rates.get(id);
      if (rate)
        meter.rendered(id, { frame, outTimeUs: timeUsOf(frame, rate), totalBytes: null, speed: null, ended: false });
    },
  });
}

/** Renders a section, or takes what another worker has rendered. */
export async function takeSection(
  step: Extract<OutputStep, { kind: 'section' }>,
  toRender: RenderContext,
  board: StepBoard | null,
  { helpers }: Pick<SharingContext, 'helpers'>,
): Promise<RenderedGraph> {
  if (!board) return renderSection(step, toRender);
  const { id, section } = step;
  const hashOf = () => sharedKeyOf(sectionGraph(step, toRender), toRender);
  const turn = await board.turn({ id, frames: section.frames, hashOf }, toRender.tools.signal);
  try {
    const startedMs = performance.now();
    const rendered = await renderSection(step, toRender);
    const isElsewhere = turn.worker !== null && rendered.isReused;
    const durationMs = isElsewhere ? null : Math.round(performance.now() - startedMs);
    if (isElsewhere || !rendered.isReused)
      helpers?.done({ step: id, frames: section.frames, durationMs, worker: isElsewhere ? turn.worker : null });
    // Made for this attempt, and not before.
    return isElsewhere ? { ...rendered, isReused: false } : rendered;
  } finally {
    turn.leave();
  }
}
