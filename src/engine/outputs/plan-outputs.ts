import { captionLayers } from '../../composition/composition.js';
import type { CopiedRun } from '../copy/plan-copies.js';
import type { Step } from '../steps/step.js';
import type { Pass, PassSection, PlannedOutput } from './plan-passes.js';

/** One piece of the work of making outputs. */
export type OutputStep = Step &
  (
    | { readonly kind: 'captions' | 'soundtrack'; readonly pass: Pass }
    /** All of a pass by one command. */
    | { readonly kind: 'render'; readonly pass: Pass }
    | (SectionOf & { readonly kind: 'section' })
    /** Takes the frames of a section from an input as they are. */
    | (SectionOf & { readonly kind: 'copy'; readonly copied: CopiedRun; readonly output: PlannedOutput })
    /** Makes the poster of an output whose first section is copied. */
    | { readonly kind: 'poster'; readonly pass: Pass; readonly output: PlannedOutput }
    | { readonly kind: 'join'; readonly pass: Pass; readonly output: PlannedOutput }
    /** Makes the sprite sheet of a finished file. */
    | { readonly kind: 'sheet'; readonly output: PlannedOutput }
    /** Makes a file smaller that is larger than its output may be. */
    | { readonly kind: 'shrink'; readonly output: PlannedOutput }
    | { readonly kind: 'verify' | 'publish'; readonly output: PlannedOutput }
  );

/** A tool that was killed from outside is run once more: the rest of the attempt need not be done again for it. */
const TOOL_TRIES = 2;

interface SectionOf {
  readonly pass: Pass;
  readonly section: PassSection;
  readonly number: number;
}

/**
 * The steps that make the outputs of an attempt. A short video is rendered by one command; a longer one in sections, which are joined with the soundtrack
 * and not encoded again. Published is only when all are verified, so that an attempt that fails before leaves nothing to remove. Pure.
 */
export function planOutputs(passes: readonly Pass[], outputs: readonly PlannedOutput[]): OutputStep[] {
  const rendered = passes.flatMap(renderSteps);
  const finishedBy = new Map(passes.flatMap((pass) => pass.outputs.map((output) => [output, lastStep(pass, output)])));
  const endOf = (output: PlannedOutput) =>
    output.spec.maxSize === null ? (finishedBy.get(output) ?? '') : `shrink ${output.index}`;
  const verified = outputs.map(({ index }) => `verify ${index}`);
  return [
    ...rendered,
    ...outputs.flatMap((output): OutputStep[] => {
      if (output.spec.maxSize === null) return [];
      const id = `shrink ${output.index}`;
      const after = [finishedBy.get(output) ?? ''];
      return [{ id, kind: 'shrink', output, after, phase: 'FINALIZING', frames: 0, tries: TOOL_TRIES }];
    }),
    ...outputs.flatMap((output): OutputStep[] => {
      if (output.spec.spriteSheet === null) return [];
      const id = `sheet ${output.index}`;
      return [{ id, kind: 'sheet', output, after: [endOf(output)], phase: 'FINALIZING', frames: 0, tries: TOOL_TRIES }];
    }),
    ...outputs.map((output): OutputStep => {
      const id = `verify ${output.index}`;
      const after = [output.spec.spriteSheet === null ? endOf(output) : `sheet ${output.index}`];
      return { id, kind: 'verify', output, after, phase: 'FINALIZING', frames: 0, tries: TOOL_TRIES };
    }),
    // A store that failed once may take the file the next time, and nothing has to be rendered again for that.
    ...outputs.map((output): OutputStep => {
      const id = `publish ${output.index}`;
      return { id, kind: 'publish', output, after: verified, phase: 'UPLOADING', frames: 0, tries: 2 };
    }),
  ];
}

/** Whether the pictures of an output are rendered into parts, of which its file is made. */
export function isJoined(pass: Pass, { profile }: PlannedOutput): boolean {
  return profile.video !== null && (!isWhole(pass) || profile.conversion !== null);
}

/** Whether one command renders all of a pass. */
function isWhole({ sections }: Pass): boolean {
  return sections.length === 1 && sections[0]?.copied === null;
}

function lastStep(pass: Pass, output: PlannedOutput): string {
  if (isJoined(pass, output)) return `join ${output.index}`;
  return isWhole(pass) ? `render ${pass.index}` : `soundtrack ${pass.index}`;
}

function renderSteps(pass: Pass): OutputStep[] {
  const { index, composition, sections, outputs, range } = pass;
  const common = { pass, phase: 'RENDERING', frames: 0, tries: TOOL_TRIES } as const;
  const hasCaptions = sections.length > 0 && captionLayers(composition).length > 0;
  const captions: OutputStep = { ...common, id: `captions ${index}`, kind: 'captions', after: [] };
  const after = hasCaptions ? [captions.id] : [];
  const before = hasCaptions ? [captions] : [];
  const made: OutputStep[] = isWhole(pass)
    ? [{ ...common, id: `render ${index}`, kind: 'render', after, frames: range.frames }]
    : [...soundtrackSteps(pass), ...sectionSteps(pass, after)];
  const joins = outputs.flatMap((output): OutputStep[] =>
    isJoined(pass, output)
      ? [
          {
            ...common,
            id: `join ${output.index}`,
            kind: 'join',
            output,
            after: made.filter((step) => step.kind !== 'soundtrack' || output.profile.audio).map(({ id }) => id),
            phase: 'FINALIZING',
          },
        ]
      : [],
  );
  return [...before, ...made, ...joins];
}

function soundtrackSteps(pass: Pass): OutputStep[] {
  if (pass.outputs.every(({ profile }) => profile.audio === null)) return [];
  const id = `soundtrack ${pass.index}`;
  return [{ pass, id, kind: 'soundtrack', after: [], phase: 'RENDERING', frames: 0, tries: TOOL_TRIES }];
}

function sectionSteps(pass: Pass, after: readonly string[]): OutputStep[] {
  const common = { pass, after, phase: 'RENDERING', tries: TOOL_TRIES } as const;
  return pass.sections.flatMap((section, number): OutputStep[] => {
    const { copied, frames } = section;
    const of = { ...common, section, number };
    if (!copied) return [{ ...of, id: `section ${pass.index}.${number}`, kind: 'section', frames }];
    return pass.outputs.flatMap((output, i): OutputStep[] => {
      // The frames of a section count once.
      const counted = i === 0 ? frames : 0;
      const id = `copy ${output.index}.${number}`;
      const copy: OutputStep = { ...of, id, kind: 'copy', copied, output, frames: counted };
      const poster: OutputStep = { ...common, id: `poster ${output.index}`, kind: 'poster', output, frames: 0 };
      return number === 0 ? [copy, poster] : [copy];
    });
  });
}
