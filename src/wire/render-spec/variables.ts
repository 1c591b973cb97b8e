import type { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import { nearestName } from '../../shared/nearest-name.js';
import { quoted } from '../json-leaves.js';
import { entryPlace, isLonger } from '../map-entries.js';
import { at, type Place, refuse } from './fields.js';
import { hasText, mapTexts } from './spec-texts.js';

export const MAX_VARIABLES = 500;
const NAME = '[A-Za-z][A-Za-z0-9_.-]{0,63}';
export const VARIABLE_NAME = new RegExp(`^${NAME}$`);
/** A text that is one placeholder and nothing else. */
export const WHOLE_PLACEHOLDER = new RegExp(`^\\{\\{ *(${NAME}) *\\}\\}$`);
export const MAX_VALUE_CHARACTERS = 4096;
/** Of all strings with values in them, so that a short spec cannot grow without limit. */
export const MAX_REPLACED_CHARACTERS = 4 * 1024 * 1024;

/** What begins a placeholder, and is literal text behind a backslash. */
const OPENING = '{{';
/** An opening with all backslashes before it, and the placeholder that it may begin. Two backslashes are one, a last one makes the opening literal. */
const MARKS = new RegExp(`(?<!\\\\)(\\\\*)\\{\\{(?: *(${NAME}) *\\}\\})?`, 'g');
/** The same without the placeholder. */
const OPENINGS = /(?<!\\)(\\*)\{\{/g;

/** The most names that one message lists. */
const MAX_NAMED = 5;

type Values = Readonly<Record<string, string>>;

/** What is found while the texts of one spec are replaced. */
interface Replacing {
  readonly values: Values;
  readonly used: Set<string>;
  /** Of the texts that had placeholders. */
  characters: number;
}

/**
 * A spec with the values of its variables in its texts, and without variables. A value is not looked at again: placeholders in it are text. A text that is refused stays
 * as it is, so that the other fields can be parsed.
 * @param place that of the spec.
 */
export function replaceVariables(spec: RenderSpec, place: Place): RenderSpec {
  if (!hasVariables(spec)) return spec;
  const replacing: Replacing = { values: spec.variables, used: new Set(), characters: 0 };
  const replaced = mapTexts(spec, place.field, (text, field) =>
    isTemplate(text) ? replaceIn(text, { ...place, field }, replacing) : text,
  );
  checkVariables(at(place, 'variables'), replacing);
  return { ...replaced, variables: {} };
}

function hasVariables(spec: RenderSpec): boolean {
  return Object.keys(spec.variables).length > 0 || hasText(spec, isTemplate);
}

const isTemplate = (text: string): boolean => text.includes(OPENING);

/** The same for a spec that is known to be right. */
export function withValues(spec: RenderSpec): RenderSpec {
  return replaceVariables(spec, { field: 'spec', findings: { violations: [], assets: [], fonts: [] } });
}

/** A spec whose texts mean what they say: placeholders in them become literal text. */
export function withLiteralTexts(spec: RenderSpec): RenderSpec {
  return mapTexts(spec, '', (text) => text.replace(OPENINGS, (_, before: string) => `${before}${before}\\${OPENING}`));
}

/** One text. At most one violation for each kind of mistake in it. */
function replaceIn(text: string, place: Place, replacing: Replacing): string {
  const unknown = new Set<string>();
  let isMalformed = false;
  let grown = 0;
  const { values, used } = replacing;
  for (const [mark, before = '', name] of text.matchAll(MARKS)) {
    if (isLiteral(before)) continue;
    if (name === undefined) {
      isMalformed = true;
    } else if (Object.hasOwn(values, name)) {
      used.add(name);
      grown += (values[name]?.length ?? 0) - mark.length;
    } else {
      unknown.add(name);
    }
  }
  if (isMalformed) refuse(place, 'has a {{ that begins no {{name}}; write \\{{ for the text {{');
  if (unknown.size > 0) refuse(place, unknownVariables([...unknown], Object.keys(values)));
  // Counted before it is made.
  replacing.characters += text.length + grown;
  if (isMalformed || unknown.size > 0 || replacing.characters > MAX_REPLACED_CHARACTERS) return text;
  // A function, since `$` means something in a text.
  return text.replace(MARKS, (mark, before: string, name: string | undefined) => {
    const kept = '\\'.repeat(before.length >> 1);
    return kept + (isLiteral(before) ? mark.slice(before.length) : (values[name ?? ''] ?? ''));
  });
}

/** The names of the placeholders in a text. */
export function namesIn(text: string): string[] {
  if (!isTemplate(text)) return [];
  return Array.from(text.matchAll(MARKS)).flatMap(([, before = '', name]) =>
    name === undefined || isLiteral(before) ? [] : [name],
  );
}

/** @param before the backslashes before an opening. */
function isLiteral(before: string): boolean {
  return before.length % 2 === 1;
}

/** What is wrong with placeholders that have no value. */
export function unknownVariables(names: readonly string[], known: readonly string[]): string {
  const listed = names.slice(0, MAX_NAMED).map((name) => {
    const nearest = nearestName(name, known);
    return nearest === null ? `{{${name}}}` : `{{${name}}} (did you mean ${nearest}?)`;
  });
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return `has ${listed.join(', ')}${more}, which spec.variables does not have; write \\{{ for the text {{`;
}

function checkVariables(place: Place, { values, used, characters }: Replacing): void {
  const entries = Object.entries(values);
  if (entries.length > MAX_VARIABLES) {
    refuse(place, `must be at most ${MAX_VARIABLES}, not ${entries.length}`);
    return;
  }
  for (const [name, value] of entries) {
    const here = entryPlace(place, name);
    if (!VARIABLE_NAME.test(name))
      refuse(here, 'must have a name of 1 to 64 characters A-Z a-z 0-9 _ - . that begins with a letter');
    else if (!used.has(name)) refuse(here, `is not used: no text of the spec has {{${quoted(name)}}}`);
    if (isLonger(value, MAX_VALUE_CHARACTERS))
      refuse(here, `must have a value of at most ${MAX_VALUE_CHARACTERS} characters`);
  }
  if (characters > MAX_REPLACED_CHARACTERS)
    refuse(
      place,
      `make more than ${MAX_REPLACED_CHARACTERS} characters of the texts that name them; use shorter values`,
    );
}
