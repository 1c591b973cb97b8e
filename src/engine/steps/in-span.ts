import type { RenderHooks } from '../../task/ports/renderer.js';
import type { Step } from './step.js';

/** The same work of a step, within a span of its own where the attempt has one. */
export function inSpan<S extends Step>(
  { span }: Pick<RenderHooks, 'span'>,
  perform: (step: S, signal: AbortSignal) => Promise<void>,
): (step: S, signal: AbortSignal) => Promise<void> {
  if (!span) return perform;
  return async (step, signal) => {
    const { id, kind, phase, frames } = step;
    const own = span.child(kind, { 'cutroom.step': id, 'cutroom.phase': phase, 'cutroom.frames': frames });
    try {
      await perform(step, signal);
      own.end();
    } catch (error) {
      own.end(error);
      throw error;
    }
  };
}
