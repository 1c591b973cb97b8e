import { CompositionError } from '../composition/composition-error.js';
import type { Composition } from '../composition/composition.js';
import type { Form, KnownFacts } from '../composition/form.js';
import type { OutputSpec } from '../composition/output-spec.js';
import type { ParsedSpec, ValidSpec } from '../composition/parsed-spec.js';

class UnknownFactError extends Error {}

function unknown(): never {
  throw new UnknownFactError();
}

const NO_FACTS: KnownFacts = { visual: unknown, audio: unknown, audioIfAny: unknown, cues: unknown };

/** The pixels of a frame times the frames, of all videos and all outputs with a picture. Null: that depends on inputs, or the spec is not valid. */
export function pixelFramesOf({ form, outputs }: ParsedSpec): number | null {
  try {
    return form === null ? null : pixelFramesIn(form.compose(NO_FACTS).compositions, outputs);
  } catch {
    // Whatever is wrong beside that is found, and told, where the inputs are read.
    return null;
  }
}

/** The same form; it refuses to compose more than the limit. */
export function withPixelLimit(spec: ValidSpec, limit: number): ValidSpec {
  const form: Form = {
    ...spec.form,
    compose(facts) {
      const composed = spec.form.compose(facts);
      const size = pixelFramesIn(composed.compositions, spec.outputs);
      if (size > limit)
        throw new CompositionError(
          'TASK_TOO_LARGE',
          '',
          `the videos of this task have ${size} pixels times frames, and ${limit} are allowed: make them shorter, smaller or fewer`,
        );
      return composed;
    },
  };
  return { ...spec, form };
}

/** The same of compositions. */
export function pixelFramesIn(compositions: readonly Composition[], outputs: readonly OutputSpec[]): number {
  const pictures = outputs.filter(({ format }) => format.kind !== 'audio').length;
  return compositions.reduce((sum, { width, height, frames }) => sum + width * height * frames * pictures, 0);
}
