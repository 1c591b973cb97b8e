import { cutComposition } from '../../composition/cut-composition.js';
import {
  captionLayers,
  pictureSize,
  withoutCaptions,
  type Composition,
  type VisualClip,
} from '../../composition/composition.js';
import { framesOf, timeUsOf, type Rational } from '../../composition/frame-grid.js';
import { fileNameOf, sizeOf, type OutputSpec, type TimeRange } from '../../composition/output-spec.js';
import { cuesIn } from '../../composition/subtitles/cues-in.js';
import { RenderError } from '../../task/failure.js';
import { soundOf } from '../compositor/plan-render.js';
import { wholeOf, type Section } from '../compositor/section.js';
import type { Encoding, OutputProfile, PlannedContent, Subtitles } from './output-profile.js';
import { planSections } from './plan-sections.js';
import { framesOfThumbnails } from './thumbnail-frames.js';
import { profileOf } from './profiles.js';

/** An output that is to be made. */
export interface PlannedOutput {
  /** Its number in the attempt, from 0. */
  readonly index: number;
  readonly spec: OutputSpec;
  readonly profile: OutputProfile;
  /** The name of its file within the task. */
  readonly key: string;
  /** Of a stream, that of its largest size. */
  readonly content: PlannedContent;
  /** Text beside it; null: none. */
  readonly sidecars: Subtitles | null;
  /** The files that are encoded for it; of most outputs one, which is the output. */
  readonly encodings: readonly Encoding[];
}

/** One rendering of a composition, whose finished picture and sound all of its outputs share. */
export interface Pass {
  /** Its number in the attempt, from 0. */
  readonly index: number;
  readonly composition: Composition;
  /** The frames that its outputs have. */
  readonly range: Section;
  /** Consecutive pieces of the range, each rendered by a command of its own. None: nothing of it has pictures. */
  readonly sections: readonly Section[];
  readonly outputs: readonly PlannedOutput[];
}

interface Draft {
  readonly composition: Composition;
  readonly range: Section;
  readonly outputs: PlannedOutput[];
}

/**
 * Shares the outputs out to as few renderings as there can be: what differs in size and codec is made of one picture; another cut of the picture, with its
 * own captions, or another range needs a picture of its own. Sound alone goes with any picture of its range. Pure.
 * @returns the passes, and all outputs in order: those of the first composition first.
 * @throws RenderError RANGE_OUTSIDE_VIDEO.
 */
export function planPasses(
  compositions: readonly Composition[],
  specs: readonly OutputSpec[],
  canCutWithin: (clip: VisualClip) => boolean,
): { readonly passes: readonly Pass[]; readonly outputs: readonly PlannedOutput[] } {
  const drafts = new Map<string, Draft>();
  const outputs: PlannedOutput[] = [];
  compositions.forEach((composition, number) => {
    for (const spec of withSoundLast(specs)) {
      const range = rangeOf(composition, spec.range);
      const draft = draftFor(drafts, { composition, number, range, spec });
      const index = number * specs.length + specs.indexOf(spec);
      const subtitles = subtitlesOf(composition, range);
      const content = {
        ...contentOf(draft, spec),
        ...(subtitles && spec.captions === 'SOFT' ? { subtitles } : {}),
      };
      const key = fileNameOf(spec, number, compositions.length);
      const profile = profileOf(spec.format);
      const encodings = profile.packaging?.encodings(String(index), content) ?? [
        { ...profile, name: String(index), content, keyFramesEvery: null, hasPoster: profile.video !== null },
      ];
      // Before hours of work.
      if (spec.thumbnails) framesOfThumbnails(spec.thumbnails, content);
      const sidecars = spec.captions === 'SIDECAR' ? subtitles : null;
      const output = { index, spec, profile, key, content, sidecars, encodings };
      draft.outputs.push(output);
      outputs[index] = output;
    }
  });
  const passes = [...drafts.values()].map((draft, index): Pass => {
    const hasPictures = draft.outputs.some(({ profile }) => profile.video !== null);
    return { ...draft, index, sections: hasPictures ? planSections(draft.composition, draft.range, canCutWithin) : [] };
  });
  return { passes, outputs };
}

function withSoundLast(specs: readonly OutputSpec[]): OutputSpec[] {
  const isSound = ({ format }: OutputSpec) => format.kind === 'audio';
  return [...specs.filter((spec) => !isSound(spec)), ...specs.filter(isSound)];
}

interface Wanted {
  readonly composition: Composition;
  readonly number: number;
  readonly range: Section;
  readonly spec: OutputSpec;
}

function draftFor(drafts: Map<string, Draft>, { composition, number, range, spec }: Wanted): Draft {
  const start = `${number} ${range.startFrame} ${range.frames} `;
  const isBare = spec.captions !== 'BURNED' && captionLayers(composition).length > 0;
  const key = start + JSON.stringify([spec.crop, isBare]);
  const found = drafts.get(key);
  if (found) return found;
  const anyPicture = [...drafts].find(([other]) => other.startsWith(start))?.[1];
  if (spec.format.kind === 'audio' && anyPicture) return anyPicture;
  const draft: Draft = {
    composition: cutComposition(isBare ? withoutCaptions(composition) : composition, spec.crop),
    range,
    outputs: [],
  };
  drafts.set(key, draft);
  return draft;
}

function contentOf({ composition, range }: Draft, spec: OutputSpec): PlannedContent {
  const picture = pictureSize(composition);
  const size = sizeOf(spec, picture);
  const { startSample, endSample } = soundOf(composition, range);
  return { ...size, frameRate: composition.frameRate, frames: range.frames, samples: endSample - startSample };
}

/** Null: no text is seen in the range. */
function subtitlesOf(composition: Composition, { startFrame, frames }: Section): Subtitles | null {
  const layers = captionLayers(composition);
  const [startUs, endUs] = [startFrame, startFrame + frames].map((frame) => timeUsOf(frame, composition.frameRate));
  const cues = cuesIn(
    layers.flatMap((layer) => layer.cues),
    startUs ?? 0,
    endUs ?? 0,
  );
  const language = layers.find((layer) => layer.language !== undefined)?.language ?? '';
  return cues.length > 0 ? { cues, language } : null;
}

/** On the frame grid; an end past the video's is the video's. */
function rangeOf(composition: Composition, range: TimeRange | null): Section {
  if (range === null) return wholeOf(composition);
  const { frames, frameRate } = composition;
  const startFrame = framesOf(range.startUs, frameRate);
  const endFrame = range.endUs === null ? frames : Math.min(frames, framesOf(range.endUs, frameRate));
  if (startFrame < endFrame) return { startFrame, frames: endFrame - startFrame };
  const message = `no frame of the video lies in this range: the video lasts ${secondsOf(frames, frameRate)} s`;
  throw new RenderError('RANGE_OUTSIDE_VIDEO', message, { field: range.field });
}

function secondsOf(frames: number, { num, den }: Rational): string {
  return ((frames * den) / num).toFixed(2);
}
