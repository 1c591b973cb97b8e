import { createRequire } from 'node:module';
import type * as Culori from 'culori';
import type { ParameterReader } from './parameter-reader.js';

/** Its bundle is one file; its modules are hundreds, which Node would open all at once. */
const { formatHex8, parse } = createRequire(import.meta.url)('culori') as typeof Culori;

/** The forms of CSS, which theirs takes: `#F00`, a name, `rgb()`. Longer text is none. */
const MAX_CHARACTERS = 64;

/** A colour as `#RRGGBBAA`; empty when it is not given. A text that is none stays as it is, for the parser of the spec to refuse. */
export function readColor(reader: ParameterReader, name: string): string {
  const text = reader.text(name)?.trim() ?? '';
  const color = text === '' || text.length > MAX_CHARACTERS ? undefined : parse(text);
  return color === undefined ? text : formatHex8(color).toUpperCase();
}
