import type { Composition } from '../../composition/composition.js';
import type { Step } from '../steps/step.js';
import type { OutputProfile } from './output-profile.js';

/** An output that is to be made. */
export interface PlannedOutput {
  readonly composition: Composition;
  readonly profile: OutputProfile;
  /** In the scratch folder. */
  readonly files: readonly [string, ...string[]];
}

/** One piece of the work of making outputs. */
export type OutputStep = Step & { readonly kind: 'render' | 'verify' | 'publish'; readonly output: PlannedOutput };

/**
 * The outputs of an attempt and the steps that make them: each is rendered whole by one command, then verified. Published is only when all are
 * right, so that an attempt that fails before leaves nothing to remove. Pure.
 */
export function planOutputs(compositions: readonly Composition[], profile: OutputProfile): OutputStep[] {
  const outputs = compositions.map((composition, i) => ({ composition, profile, files: profile.fileNames(i) }));
  const verified = outputs.map((_, i) => `verify ${i}`);
  return [
    ...outputs.map((output, i): OutputStep => {
      const { frames } = output.composition;
      return { id: `render ${i}`, kind: 'render', output, after: [], phase: 'RENDERING', frames, tries: 1 };
    }),
    ...outputs.map((output, i): OutputStep => {
      const after = [`render ${i}`];
      return { id: `verify ${i}`, kind: 'verify', output, after, phase: 'FINALIZING', frames: 0, tries: 1 };
    }),
    // A store that failed once may take the file the next time, and nothing has to be rendered again for that.
    ...outputs.map((output, i): OutputStep => {
      return { id: `publish ${i}`, kind: 'publish', output, after: verified, phase: 'UPLOADING', frames: 0, tries: 2 };
    }),
  ];
}
