import type { KnownFacts } from '../../composition/form.js';
import type { SubtitleFile } from '../../composition/subtitles/parse-subtitles.js';
import type { KnownMedia, LocatedAudio, LocatedVisual } from '../compositor/render-plan.js';
import type { SniffedFormat } from '../images/sniffed-format.js';

/** The facts found so far about the inputs, by URI. */
export interface KnownInputs extends KnownMedia {
  /** Links in the scratch folder. */
  readonly files: Map<string, string>;
  /** By signature. */
  readonly formats: Map<string, SniffedFormat>;
  readonly visuals: Map<string, LocatedVisual>;
  readonly audios: Map<string, LocatedAudio>;
  readonly subtitles: Map<string, SubtitleFile>;
}

export function createKnownInputs(): KnownInputs {
  return { files: new Map(), formats: new Map(), visuals: new Map(), audios: new Map(), subtitles: new Map() };
}

/** The facts for a form. */
export function factsOf({ visuals, audios, subtitles }: KnownInputs): KnownFacts {
  return {
    visual: (uri) => found(visuals, uri).details.facts,
    audio: (uri) => found(audios, uri).details.facts,
    cues: (uri) => found(subtitles, uri).cues,
  };
}

function found<T>(map: ReadonlyMap<string, T>, uri: string): T {
  const value = map.get(uri);
  if (value === undefined) throw new RangeError('a form asks for an input that it did not name in this role');
  return value;
}
