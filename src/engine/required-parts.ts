import { PCM_CODEC } from './audio/pcm.js';
import { LOUDNESS_FILTERS } from './audio/master-loudness.js';
import { STRETCH_FILTERS } from './audio/stretch-pcm.js';
import { TO_STEREO_FILTERS } from './audio/to-stereo.js';
import { COMPOSITOR_FILTERS } from './compositor/filters.js';
import { POSTER_FILTERS } from './outputs/poster.js';
import { PREVIEW_ENCODER, PREVIEW_FILTERS } from './outputs/preview.js';
import { NEEDED_ENCODERS as OUTPUTS_NEED, PROFILE_FILTERS } from './outputs/profiles.js';

/** Filters that run outside the compositor's graphs: those that prepare audio and verify. */
const TOOL_FILTERS = [
  ...TO_STEREO_FILTERS,
  ...STRETCH_FILTERS,
  ...LOUDNESS_FILTERS,
  ...POSTER_FILTERS,
  'concat',
  'trim',
];

const NEEDED_FILTERS: readonly string[] = [
  ...new Set([...COMPOSITOR_FILTERS, ...PROFILE_FILTERS, ...TOOL_FILTERS, ...PREVIEW_FILTERS]),
].sort();

const NEEDED_ENCODERS: readonly string[] = [...new Set([...OUTPUTS_NEED, PCM_CODEC, PREVIEW_ENCODER])];

/** What the engine needs and a build lacks, in words for people. */
export function missingParts(filters: ReadonlySet<string>, encoders: ReadonlySet<string>): string[] {
  return [
    ...NEEDED_FILTERS.filter((name) => !filters.has(name)).map((name) => `the filter ${name}`),
    ...NEEDED_ENCODERS.filter((name) => !encoders.has(name)).map((name) => `the encoder ${name}`),
  ];
}
