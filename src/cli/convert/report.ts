/** A part of a document that is not in the spec as it was said. */
export interface ConversionWarning {
  /** Where in the source, such as `timeline.tracks[0].clips[2].asset`; empty for the document as a whole. */
  readonly path: string;
  /** A clause whose subject is the part at `path`. */
  readonly message: string;
}

/** Collects the warnings of one conversion. */
export interface Report {
  warn(path: string, message: string): void;
  /** One warning covers everything at and below `path`: fields there that were not read are not reported on top of it. */
  cover(path: string): void;
  /** Has `unread` asked, at the end, for fields that nobody read. */
  watch(unread: () => readonly string[]): void;
  /** All warnings: those given, then one for each field that nobody read. */
  finish(): ConversionWarning[];
}

/** A report without warnings. */
export function newReport(): Report {
  const given = new Map<string, ConversionWarning>();
  const covered: string[] = [];
  const watched: (() => readonly string[])[] = [];
  const warn = (path: string, message: string) => {
    const key = `${path}\n${message}`;
    if (!given.has(key)) given.set(key, { path, message });
  };
  const isCovered = (path: string) =>
    covered.some((top) => path === top || path.startsWith(`${top}.`) || path.startsWith(`${top}[`));
  return {
    warn,
    cover: (path) => covered.push(path),
    watch: (unread) => watched.push(unread),
    finish: () => {
      for (const path of watched.flatMap((unread) => unread()))
        if (!isCovered(path)) warn(path, 'has no counterpart; it is left out');
      return [...given.values()];
    },
  };
}
