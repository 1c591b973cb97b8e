import type { HlsFormat } from './output-spec.js';

/** A media playlist of a stream and the file whose byte ranges are its segments, by their names within the task. */
export interface HlsRendition {
  /** `AUDIO`, or the short side of its pictures in pixels. */
  readonly of: number | 'AUDIO';
  readonly playlist: string;
  readonly media: string;
}

/** The files beside the multivariant playlist of that name: the largest pictures first, the sound last. */
export function hlsRenditions(key: string, { shortSides }: Pick<HlsFormat, 'shortSides'>): HlsRendition[] {
  const stem = key.slice(0, key.lastIndexOf('.'));
  return [...shortSides, 'AUDIO' as const].map((of) => {
    const name = `${stem}.${of === 'AUDIO' ? 'audio' : of}`;
    return { of, playlist: `${name}.m3u8`, media: `${name}.mp4` };
  });
}
