import { drawnCaptions } from '../../composition/drawn-captions.js';
import type { CopiedRun } from '../copy/plan-copies.js';
import type { Step } from '../steps/step.js';
import type { Encoding } from './output-profile.js';
import type { Pass, PassSection, PlannedOutput } from './plan-passes.js';

/** One piece of the work of making outputs. */
export type OutputStep = Step &
  (
    | { readonly kind: 'captions' | 'soundtrack'; readonly pass: Pass }
    /** All of a pass by one command. */
    | { readonly kind: 'render'; readonly pass: Pass }
    | (SectionOf & { readonly kind: 'section' })
    /** Takes the frames of a section from an input as they are. */
    | (SectionOf & EncodingOf & { readonly kind: 'copy'; readonly copied: CopiedRun })
    /** Makes the poster of an output whose first section is copied. */
    | (EncodingOf & { readonly kind: 'poster'; readonly pass: Pass })
    | (EncodingOf & { readonly kind: 'join'; readonly pass: Pass })
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

/** A tool that was killed from outside is run once more: the rest of the attempt need not be done again for it. */
const TOOL_TRIES = 2;

interface EncodingOf {
  readonly output: PlannedOutput;
  readonly encoding: Encoding;
}

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
    return { id: idOf(kind), kind, output, after, phase: 'FINALIZING', frames: 0, tries: TOOL_TRIES };
  });
}

/** Whether pictures are rendered into parts, of which their file is made. */
export function isJoined(pass: Pass, { video, conversion }: Encoding): boolean {
  return video !== null && (!isWhole(pass) || conversion !== null);
}

/** Whether one command renders all of a pass. */
function isWhole({ sections }: Pass): boolean {
  return sections.length === 1 && sections[0]?.copied === null;
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
  const common = { pass, phase: 'RENDERING', frames: 0, tries: TOOL_TRIES } as const;
  const hasCaptions = sections.length > 0 && drawnCaptions(composition).length > 0;
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
  return [{ pass, id, kind: 'soundtrack', after: [], phase: 'RENDERING', frames: 0, tries: TOOL_TRIES }];
}

function sectionSteps(pass: Pass, after: readonly string[]): OutputStep[] {
  const common = { pass, after, phase: 'RENDERING', tries: TOOL_TRIES } as const;
  return pass.sections.flatMap((section, number): OutputStep[] => {
    const { copied, frames } = section;
    const of = { ...common, section, number };
    if (!copied) return [{ ...of, id: `section ${pass.index}.${number}`, kind: 'section', frames }];
    const encodings = pass.outputs.flatMap((output) => output.encodings.map((encoding) => ({ output, encoding })));
    return encodings.flatMap((encoded, i): OutputStep[] => {
      const { encoding } = encoded;
      // The frames of a section count once.
      const counted = i === 0 ? frames : 0;
      const id = `copy ${encoding.name}.${number}`;
      const copy: OutputStep = { ...of, ...encoded, id, kind: 'copy', copied, frames: counted };
      const poster: OutputStep = { ...common, ...encoded, id: `poster ${encoding.name}`, kind: 'poster', frames: 0 };
      return number === 0 && encoding.hasPoster ? [copy, poster] : [copy];
    });
  });
}
