import { CompositionError } from '../composition-error.js';

/** A file of 4 MiB has at most about 150,000 cues. */
const MAX_CUES = 300_000;

/** Counts the cues that the clips of a timeline read together, those of nested timelines too. */
export interface CueCount {
  /** @throws CompositionError INPUT_TOO_LARGE with the field, for the clip with which they are too many. */
  add(cues: number, field: string): void;
}

export function createCueCount(): CueCount {
  let all = 0;
  return {
    add(cues, field) {
      all += cues;
      if (all <= MAX_CUES) return;
      const message = `the clips with subtitles read more than ${MAX_CUES} cues together, where each clip reads all of its file: use shorter files, or fewer clips`;
      throw new CompositionError('INPUT_TOO_LARGE', field, message);
    },
  };
}
