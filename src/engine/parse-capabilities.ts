/** The names in the output of `-filters`, `-encoders` or `-decoders`: the second column of each line that begins with flags. */
export function parseNames(text: string): Set<string> {
  return new Set(rows(text).map(([, name]) => name));
}

/** The codecs in the output of `-codecs` that are decoded. */
export function parseCodecs(text: string): Set<string> {
  return new Set(
    rows(text)
      .filter(([flags]) => flags.startsWith('D'))
      .map(([, name]) => name),
  );
}

/** The version in the output of `-version`. Builds from git have none, or one with a letter before it (`n7.1`). */
export function parseVersion(text: string): { version: string; majorVersion: number | null } {
  const version = /^ff\w+ version (\S+)/m.exec(text)?.[1] ?? 'unknown';
  const major = /^n?(\d+)\./.exec(version)?.[1];
  return { version, majorVersion: major === undefined ? null : Number(major) };
}

/** Flags and name of each row. The legend above the rows has ` = ` where they have a name. */
function rows(text: string): (readonly [string, string])[] {
  return text.split('\n').flatMap((line) => {
    const match = /^ ?([A-Z.|]{2,8}) +([\w-]+)(?: |$)/.exec(line);
    return match?.[1] !== undefined && match[2] !== undefined ? [[match[1], match[2]] as const] : [];
  });
}
