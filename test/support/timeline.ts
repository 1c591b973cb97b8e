import type { JsonValue } from '@bufbuild/protobuf';
import type { RenderSpec } from '../../generated/cutroom/v1/spec.js';
import { checkComposition } from '../../src/composition/check-composition.js';
import type { Composition } from '../../src/composition/composition.js';
import type { Cue } from '../../src/composition/captions.js';
import type { KnownFacts } from '../../src/composition/form.js';
import type { TimelineForm } from '../../src/composition/timeline/timeline-form.js';
import type { Timeline } from '../../src/composition/timeline/timeline.js';
import type { Warning } from '../../src/composition/warning.js';
import { readJson } from '../../src/wire/proto-json.js';
import { parseSpec } from '../../src/wire/render-spec/parse-spec.js';
import { renderSpecType } from '../../src/wire/render-spec/spec-identity.js';

export type Json = Readonly<Record<string, unknown>>;

/** A spec as a caller writes it in JSON. */
export function timelineSpec(timeline: Json): RenderSpec {
  return readJson(renderSpecType, { timeline } as JsonValue, { unknownFields: 'refuse' });
}

/** A timeline with one track of these clips. */
export function track(...clips: Json[]): Json {
  return { tracks: [{ clips }] };
}

export function violationsOf(timeline: Json): string[] {
  return parseSpec(timelineSpec(timeline)).violations.map(({ field, description }) => `${field} ${description}`);
}

/** The form of a spec that must be valid. */
export function formOf(timeline: Json): TimelineForm {
  const { form, violations } = parseSpec(timelineSpec(timeline));
  if (!form) throw new Error(JSON.stringify(violations, null, 2));
  return form as TimelineForm;
}

export function timelineOf(timeline: Json): Timeline {
  return formOf(timeline).timeline;
}

/** Lengths of inputs in seconds by URI: of pictures, and of sound. `image`: it is one. A file without an entry in `audio` has no sound. */
export interface Inputs {
  readonly visual?: Readonly<Record<string, number | 'image'>>;
  readonly audio?: Readonly<Record<string, number>>;
  readonly cues?: Readonly<Record<string, readonly Cue[]>>;
}

export function factsOf({ visual = {}, audio = {}, cues = {} }: Inputs): KnownFacts {
  const found = <T>(all: Readonly<Record<string, T>>, uri: string): T => {
    const value = all[uri];
    if (value === undefined) throw new Error(`a test lacks the input ${uri}`);
    return value;
  };
  const inUs = (seconds: number) => ({ durationUs: Math.round(seconds * 1e6) });
  return {
    visual(uri) {
      const length = found(visual, uri);
      return length === 'image' ? { kind: 'image' } : { kind: 'video', ...inUs(length) };
    },
    audio: (uri) => inUs(found(audio, uri)),
    audioIfAny: (uri) => (audio[uri] === undefined ? null : inUs(audio[uri])),
    cues: (uri) => found(cues, uri),
  };
}

/** The composition of a timeline, which holds all promises of a composition. */
export function compose(
  timeline: Json,
  inputs: Inputs = {},
): { readonly composition: Composition; readonly warnings: readonly Warning[] } {
  const { compositions, warnings } = formOf(timeline).compose(factsOf(inputs));
  const [composition] = compositions;
  if (!composition) throw new Error('a timeline makes a video');
  checkComposition(composition);
  return { composition, warnings };
}
