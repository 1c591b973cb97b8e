import type { Source } from '../reader.js';
import type { Fraction } from './fraction.js';
import { type Range, rangeIn } from './rational-time.js';
import { kindOf } from './schema.js';

/** The file of a clip. */
export interface Media {
  readonly uri: string;
  /** The first time that its file has. */
  readonly begins: Fraction | undefined;
}

const DEFAULT_KEY = 'DEFAULT_MEDIA';

/** The media reference of a clip: the active one of Clip.2. */
export function referenceOf(clip: Source): Source | undefined {
  const references = clip.object('media_references');
  if (!references) return clip.object('media_reference');
  const key = clip.text('active_media_reference_key') ?? DEFAULT_KEY;
  const reference = references.object(key);
  // The others are not used.
  references.ignore(...references.keys);
  return reference;
}

/** The range that the file of a clip has. */
export function availableRangeOf(clip: Source): Range | undefined {
  const reference = referenceOf(clip);
  return reference && rangeIn(reference, 'available_range');
}

/** The file of a clip. Undefined, with a warning, when it has none that can be played. */
export function mediaOf(clip: Source): Media | undefined {
  const reference = referenceOf(clip);
  const kind = reference ? kindOf(reference) : '';
  if (!reference || kind === 'MissingReference') {
    clip.leaveOut('has no media; nothing is shown in its place');
    return undefined;
  }
  if (kind !== 'ExternalReference') {
    reference.leaveOut(`media of the kind “${kind}” has no counterpart; nothing is shown in its place`);
    clip.ignore(...clip.keys);
    return undefined;
  }
  const uri = reference.text('target_url') ?? '';
  // Where its picture lies in the file.
  reference.ignore('available_image_bounds');
  if (uri === '') {
    reference.leaveOut('has no `target_url`; nothing is shown in its place');
    return undefined;
  }
  return { uri, begins: rangeIn(reference, 'available_range')?.start };
}
