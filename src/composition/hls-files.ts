import type { HlsFormat } from './output-spec.js';

/** A media playlist of a stream and the file whose byte ranges are its segments, by their names within the task. */
export interface HlsRendition {
  /** `AUDIO`, or the short side of its pictures in pixels. */
  readonly of: number | 'AUDIO';
  readonly playlist: string;
  readonly media: string;
}

/** The playlist of a stream's text, and the text. */
export function hlsSubtitles(key: string): { readonly playlist: string; readonly text: string } {
  const name = `${stemOf(key)}.subtitles`;
  return { playlist: `${name}.m3u8`, text: `${name}.vtt` };
}

/** The names of all files that a stream may have beside its first. */
export function hlsFiles(key: string, format: Pick<HlsFormat, 'shortSides'>): string[] {
  const { playlist, text } = hlsSubtitles(key);
  return [...hlsRenditions(key, format).flatMap((rendition) => [rendition.playlist, rendition.media]), playlist, text];
}

/** The files beside the multivariant playlist of that name: the largest pictures first, the sound last. */
export function hlsRenditions(key: string, { shortSides }: Pick<HlsFormat, 'shortSides'>): HlsRendition[] {
  return [...shortSides, 'AUDIO' as const].map((of) => {
    const name = `${stemOf(key)}.${of === 'AUDIO' ? 'audio' : of}`;
    return { of, playlist: `${name}.m3u8`, media: `${name}.mp4` };
  });
}

function stemOf(key: string): string {
  return key.slice(0, key.lastIndexOf('.'));
}
