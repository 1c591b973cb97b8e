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
import { planCopies, type CopiedRun, type CopySource } from '../copy/plan-copies.js';
import { mostBitsPerSecond } from './codecs/rates.js';
import { planSections } from './plan-sections.js';
import { framesOfThumbnails } from './thumbnail-frames.js';
import { profileOf } from './profiles.js';
import { NO_STAND_INS, withStandIn, type StandIns } from './stand-ins.js';

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
  readonly sections: readonly PassSection[];
  readonly outputs: readonly PlannedOutput[];
  /** Null: no section is copied. */
  readonly copying: Copying | null;
}

/** A section of a pass. */
export interface PassSection extends Section {
  /** Where its frames are; null: they are rendered. */
  readonly copied: CopiedRun | null;
}

/** How frames of inputs get into all outputs of a pass without being encoded. */
export interface Copying {
  /** The number of the parameter sets of encoded parts: one that copied parts do not use. */
  readonly parameterSetId: number;
  /** How many frames before it is shown a frame is decoded, at most. */
  readonly delay: number;
}

interface Draft {
  readonly composition: Composition;
  readonly range: Section;
  readonly outputs: PlannedOutput[];
}

export interface PassOptions {
  /** The videos whose frames may be copied, by URI. */
  readonly copySources?: ReadonlyMap<string, CopySource>;
  readonly standIns?: StandIns;
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
  { copySources = new Map(), standIns = NO_STAND_INS }: PassOptions = {},
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
        {
          ...{ ...profile, name: String(index), content, keyFramesEvery: null },
          ...{ hasAlpha: profile.alphaDecoder !== null, hasPoster: profile.video !== null },
        },
      ];
      // Before hours of work.
      if (spec.thumbnails) framesOfThumbnails(spec.thumbnails, content);
      const sidecars = spec.captions === 'SIDECAR' ? subtitles : null;
      const byDevices = encodings.map((encoding) => withStandIn(spec, encoding, standIns));
      const output = { index, spec, profile, key, content, sidecars, encodings: byDevices };
      draft.outputs.push(output);
      outputs[index] = output;
    }
  });
  const passes = [...drafts.values()]
    .flatMap((draft) => apartFromCopies(draft, copySources))
    .map(({ copies, ...draft }, index): Pass => {
      const hasPictures = draft.outputs.some(({ profile }) => profile.video !== null);
      const plan = (range: Section) => planSections(draft.composition, range, canCutWithin);
      const sections = hasPictures ? sectionsAround(copies, draft.range, plan) : [];
      return { ...draft, index, sections, copying: copyingOf(copies) };
    });
  return { passes, outputs };
}

/**
 * The outputs that take frames of inputs as they are, where there are such frames, and the others. Together they would decode less, but those that are encoded would
 * have the short sections that copied runs leave.
 */
function apartFromCopies(
  draft: Draft,
  sources: ReadonlyMap<string, CopySource>,
): (Draft & { readonly copies: readonly CopiedRun[] })[] {
  const { composition, range } = draft;
  const copying = draft.outputs.filter((output) => takesCopies(output, composition));
  const limits = copying.flatMap(({ content, spec: { quality } }) => mostBitsPerSecond({ ...content, quality }) ?? []);
  const most = limits.length === 0 ? null : Math.min(...limits);
  const copies = copying.length === 0 ? [] : planCopies(composition, range, sources, most);
  if (copies.length === 0) return [{ ...draft, copies }];
  const others = draft.outputs.filter((output) => !copying.includes(output));
  const rest = others.length === 0 ? [] : [{ ...draft, outputs: others, copies: [] }];
  return [{ ...draft, outputs: copying, copies }, ...rest];
}

function takesCopies({ spec: { streamCopy, maxSize }, content }: PlannedOutput, composition: Composition): boolean {
  const { width, height } = pictureSize(composition);
  return streamCopy && maxSize === null && content.width === width && content.height === height;
}

/** x264 always has frames that are decoded two frames ahead, unless it has none at all. */
const ENCODER_DELAY = 2;

function copyingOf(copies: readonly CopiedRun[]): Copying | null {
  if (copies.length === 0) return null;
  const used = copies.map(({ video }) => video.ids);
  let parameterSetId = 1;
  while (used.some((ids) => ids.has(parameterSetId))) parameterSetId += 1;
  return { parameterSetId, delay: copies.reduce((most, { video }) => Math.max(most, video.delay), ENCODER_DELAY) };
}

/** Copied runs, and sections of all that is between them. */
function sectionsAround(
  copies: readonly CopiedRun[],
  range: Section,
  plan: (range: Section) => readonly Section[],
): PassSection[] {
  const sections: PassSection[] = [];
  let at = range.startFrame;
  const renderUntil = (frame: number) => {
    if (frame > at)
      for (const section of plan({ startFrame: at, frames: frame - at })) sections.push({ ...section, copied: null });
  };
  for (const copied of copies) {
    renderUntil(copied.startFrame);
    sections.push({ startFrame: copied.startFrame, frames: copied.frames, copied });
    at = copied.startFrame + copied.frames;
  }
  renderUntil(range.startFrame + range.frames);
  return sections;
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
