import { firstOfEach, type AssetRef } from './asset.js';
import type { Cue } from './captions.js';
import type { Composition } from './composition.js';
import type { AudioFacts, VisualFacts } from './media-facts.js';
import type { Outline } from './outline.js';
import type { Warning } from './warning.js';

/**
 * A form of a render spec, such as a montage. The engine knows forms only by this: it reads the inputs that a form uses, and renders
 * the compositions that the form makes of the facts about them.
 */
export interface Form {
  /** The input uses, in the order in which violations name them. One file may be used several times. */
  readonly inputs: readonly InputUse[];
  /**
   * Pure: the same facts give the same compositions, one for each video, in the order of the outputs.
   * @throws CompositionError when the inputs do not fit together.
   */
  compose(facts: KnownFacts): Composed;
}

/** The role of an input, which decides the facts that are needed. */
export type InputUse =
  /** A video or an image, shown up to this time of it and never larger than the box. */
  | { readonly role: 'visual'; readonly asset: AssetRef; readonly untilUs: number; readonly box: Box }
  /**
   * Audio whose real length decides the video's, so that it is measured by decoding, or not. `optional`: a file without audio is as good, and
   * `audioIfAny` says so.
   */
  | { readonly role: 'audio'; readonly asset: AssetRef; readonly measured: boolean; readonly optional?: boolean }
  | { readonly role: 'subtitles'; readonly asset: AssetRef }
  /** A 3D LUT in a `.cube` file. */
  | { readonly role: 'lut'; readonly asset: AssetRef };

/** Pixels of the output. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** The box of what is shown in its own size. Images are not made smaller by it: longer sides are beyond what is read of an image. */
export const OWN_SIZE: Box = { width: 65_535, height: 65_535 };

/** Facts about the inputs, by URI. @throws RangeError for a URI that the form did not name in that role. */
export interface KnownFacts {
  visual(uri: string): VisualFacts;
  audio(uri: string): AudioFacts;
  /** Null: the file has no audio; it was named with `optional`. */
  audioIfAny(uri: string): AudioFacts | null;
  cues(uri: string): readonly Cue[];
}

export interface Composed {
  readonly compositions: readonly Composition[];
  readonly warnings: readonly Warning[];
  /** The times of the parts of each composition, as callers name them. Absent: not known. */
  readonly outlines?: readonly Outline[];
}

/** Every input once, with the field that named it first. */
export function assetsOf(form: Form): AssetRef[] {
  return firstOfEach(form.inputs.map(({ asset }) => asset));
}
