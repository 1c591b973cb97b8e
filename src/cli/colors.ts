import type { CliContext, CliOutput } from './cli-context.js';

const CODES = { red: 31, green: 32, yellow: 33 } as const;

/** Colours words for a terminal, unless `NO_COLOR` is set (no-color.org) or the terminal is `dumb`. */
export type Paint = (text: string) => string;

const WORDS: readonly [RegExp, keyof typeof CODES][] = [
  [/\bSUCCEEDED\b/, 'green'],
  [/\b(?:FAILED|CANCELLED)\b/, 'red'],
  [/\b(?:RUNNING|QUEUED)\b/, 'yellow'],
  [/^error:/, 'red'],
  [/^warning:/, 'yellow'],
];

/** Paints the first state of a line, and the `error:` or `warning:` at its beginning. */
export function paintFor({ env }: Pick<CliContext, 'env'>, output: CliOutput): Paint {
  const isPlain = output.isTTY !== true || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  if (isPlain) return (text) => text;
  return (text) => {
    const found = WORDS.find(([word]) => word.test(text));
    return found ? text.replace(found[0], (word) => `\u001b[${CODES[found[1]]}m${word}\u001b[39m`) : text;
  };
}
