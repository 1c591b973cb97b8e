/** The names in the output of `-filters` (or `-encoders`, `-decoders`): the second column of each line that begins with flags. */
export function parseNames(text: string): Set<string> {
  return new Set(rows(text).map(({ name }) => name));
}

export interface Codecs {
  /** The codecs that are decoded. */
  readonly decodable: Set<string>;
  readonly decoders: Set<string>;
  readonly encoders: Set<string>;
}

/** What the output of `-codecs` says: as much as those of `-encoders` and `-decoders`, for one start of ffmpeg. */
export function parseCodecs(text: string): Codecs {
  const all = rows(text);
  const decoded = all.filter(({ flags }) => flags.startsWith('D'));
  const encoded = all.filter(({ flags }) => flags.charAt(1) === 'E');
  return {
    decodable: new Set(decoded.map(({ name }) => name)),
    decoders: new Set(decoded.flatMap((row) => listed(row, 'decoders'))),
    encoders: new Set(encoded.flatMap((row) => listed(row, 'encoders'))),
  };
}

/** A row lists the coders of its codec where one of them has another name. */
function listed({ name, rest }: Row, kind: 'decoders' | 'encoders'): string[] {
  const list = new RegExp(`\\(${kind}: ([^)]*)\\)`).exec(rest)?.[1];
  return list?.split(' ').filter((each) => each !== '') ?? [name];
}

/** The version in the output of `-version`. Builds from git have none, or one with a letter before it (`n7.1`). */
export function parseVersion(text: string): { version: string; majorVersion: number | null } {
  const version = /^ff\w+ version (\S+)/m.exec(text)?.[1] ?? 'unknown';
  const major = /^n?(\d+)\./.exec(version)?.[1];
  return { version, majorVersion: major === undefined ? null : Number(major) };
}

interface Row {
  readonly flags: string;
  readonly name: string;
  readonly rest: string;
}

/** The legend above the rows has ` = ` where they have a name. */
function rows(text: string): Row[] {
  return text.split('\n').flatMap((line) => {
    const [, flags, name, rest = ''] = /^ ?([A-Z.|]{2,8}) +([\w-]+)( .*)?$/.exec(line) ?? [];
    return flags !== undefined && name !== undefined ? [{ flags, name, rest }] : [];
  });
}
