import { captionLayers, type Composition, type VisualClip } from '../../composition/composition.js';
import { wholeOf, type Section } from '../compositor/section.js';
import type { Step } from '../steps/step.js';
import type { OutputProfile } from './output-profile.js';
import { planSections } from './plan-sections.js';

/** An output that is to be made. */
export interface PlannedOutput {
  /** Its number in the attempt, from 0. */
  readonly index: number;
  readonly composition: Composition;
  readonly profile: OutputProfile;
  /** In the scratch folder. */
  readonly files: readonly [string, ...string[]];
  readonly sections: readonly Section[];
}

/** One piece of the work of making outputs. */
export type OutputStep = Step & { readonly output: PlannedOutput } & (
    | { readonly kind: 'captions' | 'soundtrack' | 'join' | 'verify' | 'publish' }
    /** All of the output by one command. */
    | { readonly kind: 'render' }
    | { readonly kind: 'section'; readonly section: Section; readonly number: number }
  );

export interface OutputPlanOptions {
  readonly profile: OutputProfile;
  /** Whether the middle of a clip can be found without decoding all before it. */
  readonly canCutWithin: (clip: VisualClip) => boolean;
}

/**
 * The outputs of an attempt and the steps that make them. A short one is rendered by one command; a longer one in sections, which are joined with the
 * soundtrack and not encoded again. Published is only when all are verified, so that an attempt that fails before leaves nothing to remove. Pure.
 */
export function planOutputs(
  compositions: readonly Composition[],
  { profile, canCutWithin }: OutputPlanOptions,
): OutputStep[] {
  const outputs = compositions.map((composition, index): PlannedOutput => {
    const sections = planSections(composition, canCutWithin);
    return { index, composition, profile, files: profile.fileNames(index), sections };
  });
  const verified = outputs.map(({ index }) => `verify ${index}`);
  return [
    ...outputs.flatMap(renderSteps),
    ...outputs.map((output): OutputStep => {
      const { id, after } = { id: `verify ${output.index}`, after: [lastRenderStep(output)] };
      return { id, kind: 'verify', output, after, phase: 'FINALIZING', frames: 0, tries: 1 };
    }),
    // A store that failed once may take the file the next time, and nothing has to be rendered again for that.
    ...outputs.map((output): OutputStep => {
      const id = `publish ${output.index}`;
      return { id, kind: 'publish', output, after: verified, phase: 'UPLOADING', frames: 0, tries: 2 };
    }),
  ];
}

function lastRenderStep({ index, sections }: PlannedOutput): string {
  return sections.length === 1 ? `render ${index}` : `join ${index}`;
}

function renderSteps(output: PlannedOutput): OutputStep[] {
  const { index, composition, sections } = output;
  const common = { output, phase: 'RENDERING', frames: 0, tries: 1 } as const;
  const hasCaptions = captionLayers(composition).length > 0;
  const captions: OutputStep = { ...common, id: `captions ${index}`, kind: 'captions', after: [] };
  const after = hasCaptions ? [captions.id] : [];
  const before = hasCaptions ? [captions] : [];
  if (sections.length === 1) {
    const { frames } = wholeOf(composition);
    return [...before, { ...common, id: `render ${index}`, kind: 'render', after, frames }];
  }
  const parts = sections.map((section, number): OutputStep => {
    const id = `section ${index}.${number}`;
    return { ...common, id, kind: 'section', section, number, after, frames: section.frames };
  });
  const soundtrack: OutputStep = { ...common, id: `soundtrack ${index}`, kind: 'soundtrack', after: [] };
  const join: OutputStep = {
    ...common,
    id: `join ${index}`,
    kind: 'join',
    after: [...parts.map(({ id }) => id), soundtrack.id],
    phase: 'FINALIZING',
  };
  return [...before, soundtrack, ...parts, join];
}
