import { captionLayers } from '../../composition/composition.js';
import type { Section } from '../compositor/section.js';
import type { Step } from '../steps/step.js';
import type { Encoding } from './output-profile.js';
import type { Pass, PlannedOutput } from './plan-passes.js';

/** One piece of the work of making outputs. */
export type OutputStep = Step &
  (
    | { readonly kind: 'captions' | 'soundtrack'; readonly pass: Pass }
    /** All of a pass by one command. */
    | { readonly kind: 'render'; readonly pass: Pass }
    | { readonly kind: 'section'; readonly pass: Pass; readonly section: Section; readonly number: number }
    | { readonly kind: 'join'; readonly pass: Pass; readonly output: PlannedOutput; readonly encoding: Encoding }
    /** Makes an output of its encodings. */
    | { readonly kind: 'package'; readonly output: PlannedOutput }
    /** Adds text to a finished file, or puts it beside it. */
    | { readonly kind: 'subtitles'; readonly output: PlannedOutput }
    /** Makes the sprite sheet of a finished file, or its stills. */
    | { readonly kind: 'sheet' | 'thumbnails'; readonly output: PlannedOutput }
    /** Makes a file smaller that is larger than its output may be. */
    | { readonly kind: 'shrink'; readonly output: PlannedOutput }
    | { readonly kind: 'verify' | 'publish'; readonly output: PlannedOutput }
  );

/**
 * The steps that make the outputs of an attempt. A short video is rendered by one command; a longer one in sections, which are joined with the soundtrack
 * and not encoded again. Published is only when all are verified, so that an attempt that fails before leaves nothing to remove. Pure.
 */
export function planOutputs(passes: readonly Pass[], outputs: readonly PlannedOutput[]): OutputStep[] {
  const rendered = passes.flatMap(renderSteps);
  const encodedBy = new Map(passes.flatMap((pass) => pass.outputs.map((output) => [output, lastSteps(pass, output)])));
  const verified = outputs.map(({ index }) => `verify ${index}`);
  return [
    ...rendered,
    ...outputs.flatMap((output) => finishingSteps(output, encodedBy.get(output) ?? [])),
    // A store that failed once may take the file the next time, and nothing has to be rendered again for that.
    ...outputs.map((output): OutputStep => {
      const id = `publish ${output.index}`;
      return { id, kind: 'publish', output, after: verified, phase: 'UPLOADING', frames: 0, tries: 2 };
    }),
  ];
}

/** The steps from the encoded files of an output to verified ones, each after the one before. */
function finishingSteps(output: PlannedOutput, encoded: readonly string[]): OutputStep[] {
  const { profile, spec, sidecars, content } = output;
  const hasText = sidecars !== null || (content.subtitles && profile.subtitleCoding);
  const kinds = [
    ...(profile.packaging ? (['package'] as const) : []),
    ...(hasText ? (['subtitles'] as const) : []),
    ...(spec.maxSize ? (['shrink'] as const) : []),
    ...(spec.spriteSheet ? (['sheet'] as const) : []),
    ...(spec.thumbnails ? (['thumbnails'] as const) : []),
    'verify' as const,
  ];
  const idOf = (kind: string) => `${kind} ${output.index}`;
  return kinds.map((kind, i): OutputStep => {
    const before = kinds[i - 1];
    const after = before === undefined ? encoded : [idOf(before)];
    return { id: idOf(kind), kind, output, after, phase: 'FINALIZING', frames: 0, tries: 1 };
  });
}

/** Whether pictures are rendered into parts, of which their file is made. */
export function isJoined({ sections }: Pass, { video, conversion }: Encoding): boolean {
  return video !== null && (sections.length > 1 || conversion !== null);
}

/** Whether one command renders all of a pass. */
function isWhole({ sections }: Pass): boolean {
  return sections.length === 1;
}

function lastSteps(pass: Pass, output: PlannedOutput): string[] {
  const ids = output.encodings.map((encoding) => {
    if (isJoined(pass, encoding)) return `join ${encoding.name}`;
    return isWhole(pass) ? `render ${pass.index}` : `soundtrack ${pass.index}`;
  });
  return [...new Set(ids)];
}

function renderSteps(pass: Pass): OutputStep[] {
  const { index, composition, sections, outputs, range } = pass;
  const common = { pass, phase: 'RENDERING', frames: 0, tries: 1 } as const;
  const hasCaptions = sections.length > 0 && captionLayers(composition).length > 0;
  const captions: OutputStep = { ...common, id: `captions ${index}`, kind: 'captions', after: [] };
  const after = hasCaptions ? [captions.id] : [];
  const before = hasCaptions ? [captions] : [];
  const made: OutputStep[] = isWhole(pass)
    ? [{ ...common, id: `render ${index}`, kind: 'render', after, frames: range.frames }]
    : [...soundtrackSteps(pass), ...sectionSteps(pass, after)];
  const joins = outputs.flatMap((output) =>
    output.encodings
      .filter((encoding) => isJoined(pass, encoding))
      .map((encoding): OutputStep => {
        const needed = made.filter((step) => step.kind !== 'soundtrack' || encoding.audio);
        const id = `join ${encoding.name}`;
        const ids = needed.map((step) => step.id);
        return { ...common, id, kind: 'join', output, encoding, after: ids, phase: 'FINALIZING' };
      }),
  );
  return [...before, ...made, ...joins];
}

function soundtrackSteps(pass: Pass): OutputStep[] {
  if (pass.outputs.every(({ profile }) => profile.audio === null)) return [];
  const id = `soundtrack ${pass.index}`;
  return [{ pass, id, kind: 'soundtrack', after: [], phase: 'RENDERING', frames: 0, tries: 1 }];
}

function sectionSteps(pass: Pass, after: readonly string[]): OutputStep[] {
  return pass.sections.map((section, number): OutputStep => {
    const id = `section ${pass.index}.${number}`;
    const { frames } = section;
    return { pass, id, kind: 'section', section, number, after, phase: 'RENDERING', frames, tries: 1 };
  });
}
