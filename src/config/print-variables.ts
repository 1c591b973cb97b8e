import type { Command } from './variable.js';
import { VARIABLES } from './variables.js';

interface Row {
  readonly name: string;
  readonly default: string;
  readonly values: string;
  readonly help: string;
  readonly usedBy: readonly Command[];
}

const ROWS: readonly Row[] = Object.entries(VARIABLES).map(([name, { reader, help, usedBy }]) => ({
  name,
  default: reader.default,
  values: reader.values,
  help,
  usedBy,
}));

/** The table of variables of the README, in Markdown. */
export function variablesAsMarkdown(): string {
  const rows = ROWS.map(({ name, default: shown, values, help }) => {
    const cells = [`\`${name}\``, shown === 'none' ? shown : `\`${shown}\``, values, help];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| variable | default | values | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** The variables of a command for a terminal, at most `width` columns wide. */
export function variablesAsHelp(command: Command, width: number): string {
  return ROWS.filter(({ usedBy }) => usedBy.includes(command))
    .map(({ name, default: shown, values, help }) => {
      const range = values === '' ? '' : ` (${values})`;
      const words = `${help.replaceAll('`', '')}${range}; default: ${shown}`;
      return `  ${name}\n${wrapped(words, width - 6)
        .map((line) => `      ${line}`)
        .join('\n')}`;
    })
    .join('\n');
}

function wrapped(words: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
