import bidiFactory from 'bidi-js/dist/bidi.mjs';

const bidi = bidiFactory();

export type Direction = 'ltr' | 'rtl';

/** Letters that follow each other on the screen in one direction. */
export interface VisualRun {
  readonly start: number;
  readonly end: number;
  readonly direction: Direction;
}

/** The direction of a paragraph by its first letter that has one (UAX 9, P2 and P3). */
export function directionOf(paragraph: string): Direction {
  return (bidi.getEmbeddingLevels(paragraph).paragraphs[0]?.level ?? 0) % 2 === 1 ? 'rtl' : 'ltr';
}

/** A line's letters from left to right as they stand on the screen (UAX 9, L2). */
export function visualRuns(line: string, direction: Direction): VisualRun[] {
  const { levels } = bidi.getEmbeddingLevels(line, direction);
  const runs: (VisualRun & { readonly level: number })[] = [];
  levels.forEach((level, i) => {
    const last = runs.at(-1);
    if (last?.level === level) runs[runs.length - 1] = { ...last, end: i + 1 };
    else runs.push({ start: i, end: i + 1, level, direction: level % 2 === 1 ? 'rtl' : 'ltr' });
  });
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = highest; level >= 1; level -= 1) reverseStretches(runs, (run) => run.level >= level);
  return runs;
}

function reverseStretches<T>(items: T[], belongs: (item: T) => boolean): void {
  for (let from = 0; from < items.length; from += 1) {
    let to = from;
    while (to < items.length && belongs(items[to] as T)) to += 1;
    items.splice(from, to - from, ...items.slice(from, to).reverse());
    from = Math.max(from, to);
  }
}
