import type { Candidate, Codec } from './candidate.js';
import { nvenc } from './nvenc.js';
import { qsv } from './qsv.js';
import { vaapi } from './vaapi.js';

/** Ways to encode by hardware, in the order in which they are tried. */
export const FAMILIES = ['nvenc', 'vaapi', 'qsv'] as const;

export type Family = (typeof FAMILIES)[number];

/** The codings of one family for a codec, the better first. @param device its path; null: the first that ffmpeg finds. */
export function candidatesOf(family: Family, codec: Codec, device: string | null): readonly Candidate[] {
  switch (family) {
    case 'nvenc':
      return [nvenc(codec)];
    case 'vaapi':
      return vaapi(codec, device);
    case 'qsv':
      return [qsv(codec, device)];
  }
}
