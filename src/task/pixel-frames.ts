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
export function pixelFramesOf({ form, outputs }: Pick<ParsedSpec, 'form' | 'outputs'>): number | null {
  if (form === null) return null;
  // Whatever the inputs are.
  if (!outputs.some(hasPicture)) return 0;
  try {
    return pixelFramesIn(form.compose(NO_FACTS).compositions, outputs);
  } catch {
    // Whatever is wrong beside that is found, and told, where the inputs are read.
    return null;
  }
}

/** The same form; it refuses to compose more than the limit. */
export function withPixelLimit(spec: ValidSpec, limit: number): ValidSpec {
  return withSizeTold(spec, (size) => {
    if (size > limit)
      throw new CompositionError(
        'TASK_TOO_LARGE',
        '',
        `the videos of this task have ${size} pixels times frames, and ${limit} are allowed: make them shorter, smaller or fewer`,
      );
  });
}

/** The same form; it tells the size each time that it is composed. */
export function withSizeTold<T extends ValidSpec>(spec: T, tell: (pixelFrames: number) => void): T {
  const form: Form = {
    ...spec.form,
    compose(facts) {
      const composed = spec.form.compose(facts);
      tell(pixelFramesIn(composed.compositions, spec.outputs));
      return composed;
    },
  };
  return { ...spec, form };
}

/** The same of compositions. */
export function pixelFramesIn(compositions: readonly Composition[], outputs: readonly OutputSpec[]): number {
  const pictures = outputs.filter(hasPicture).length;
  return compositions.reduce((sum, { width, height, frames }) => sum + width * height * frames * pictures, 0);
}

function hasPicture({ format }: OutputSpec): boolean {
  return format.kind !== 'audio';
}
