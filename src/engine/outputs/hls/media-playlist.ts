/** Bytes of a file. */
export interface ByteRange {
  readonly offset: number;
  readonly bytes: number;
}

export interface Segment extends ByteRange {
  readonly seconds: number;
}

/** A media playlist whose segments are byte ranges of one file (RFC 8216, 4.3). */
export interface MediaPlaylist {
  /** The file, relative to the playlist. */
  readonly file: string;
  /** What a decoder needs before any segment. */
  readonly head: ByteRange;
  readonly segments: readonly Segment[];
}

const HEAD = /^#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@(\d+)"$/m;
const SEGMENT = /^#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n(.+)$/gm;

/** Null: it is not whole, or not of this kind. */
export function parseMediaPlaylist(text: string): MediaPlaylist | null {
  if (!text.startsWith('#EXTM3U\n') || !text.endsWith('\n#EXT-X-ENDLIST\n')) return null;
  const [, file = '', bytes, offset] = HEAD.exec(text) ?? [];
  const matches = [...text.matchAll(SEGMENT)];
  const isOne = matches.every(([, , , , of]) => of === file);
  if (file === '' || matches.length === 0 || !isOne || matches.length !== text.split('#EXTINF:').length - 1)
    return null;
  return {
    file,
    head: { offset: Number(offset), bytes: Number(bytes) },
    segments: matches.map(([, seconds, size, at]) => ({
      seconds: Number(seconds),
      offset: Number(at),
      bytes: Number(size),
    })),
  };
}

/** A playlist of a finished video, each of whose segments can be decoded by itself. */
export function printMediaPlaylist({ file, head, segments }: MediaPlaylist): string {
  return [
    ...printHead(segments),
    `#EXT-X-MAP:URI="${file}",BYTERANGE="${head.bytes}@${head.offset}"`,
    ...segments.flatMap(({ seconds, offset, bytes }) => [
      `#EXTINF:${seconds.toFixed(6)},`,
      `#EXT-X-BYTERANGE:${bytes}@${offset}`,
      file,
    ]),
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');
}

/** A playlist of one file that is read whole. */
export function printWholePlaylist(file: string, seconds: number): string {
  return [...printHead([{ seconds }]), `#EXTINF:${seconds.toFixed(6)},`, file, '#EXT-X-ENDLIST', ''].join('\n');
}

function printHead(segments: readonly Pick<Segment, 'seconds'>[]): string[] {
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${targetSeconds(segments)}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
}

/** What no segment is longer than, in whole seconds as the standard rounds (4.3.3.1). */
export function targetSeconds(segments: readonly Pick<Segment, 'seconds'>[]): number {
  return Math.max(1, ...segments.map(({ seconds }) => Math.round(seconds)));
}
