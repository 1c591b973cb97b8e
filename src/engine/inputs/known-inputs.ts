import type { KnownFacts } from '../../composition/form.js';
import type { AudioFacts } from '../../composition/media-facts.js';
import type { Warning } from '../../composition/warning.js';
import type { SubtitleFile } from '../../composition/subtitles/parse-subtitles.js';
import type { AudioSource } from '../audio/audio-streams.js';
import type { GraphFile, KnownMedia, LocatedVisual, PcmFile } from '../compositor/render-plan.js';
import type { SniffedFormat } from '../images/sniffed-format.js';

/** The facts found so far about the inputs, by URI. */
export interface KnownInputs extends KnownMedia {
  /** Links in the scratch folder. */
  readonly files: Map<string, string>;
  /** By signature. */
  readonly formats: Map<string, SniffedFormat>;
  readonly visuals: Map<string, LocatedVisual>;
  readonly audioInputs: Map<string, AudioInput>;
  /** Those that are prepared already, by `pcmKey`. */
  readonly audios: Map<string, PcmFile>;
  /** Warnings about damage in them, by URI. */
  readonly audioDamage: Map<string, Warning>;
  readonly subtitles: Map<string, SubtitleFile>;
  readonly luts: Map<string, GraphFile>;
}

/** An input with audio. */
export interface AudioInput {
  /** A link in the scratch folder. */
  readonly file: string;
  readonly source: AudioSource;
  readonly facts: AudioFacts;
  /** What the container says of its length; null when it does not. */
  readonly claimedUs: number | null;
}

export function createKnownInputs(): KnownInputs {
  return {
    files: new Map(),
    formats: new Map(),
    visuals: new Map(),
    audioInputs: new Map(),
    audios: new Map(),
    audioDamage: new Map(),
    subtitles: new Map(),
    luts: new Map(),
  };
}

/** The facts for a form. */
export function factsOf({ visuals, audioInputs, subtitles }: KnownInputs): KnownFacts {
  return {
    visual: (uri) => found(visuals, uri).details.facts,
    audio: (uri) => found(audioInputs, uri).facts,
    audioIfAny: (uri) => audioInputs.get(uri)?.facts ?? null,
    cues: (uri) => found(subtitles, uri).cues,
  };
}

function found<T>(map: ReadonlyMap<string, T>, uri: string): T {
  const value = map.get(uri);
  if (value === undefined) throw new RangeError('a form asks for an input that it did not name in this role');
  return value;
}
