import type { JsonValue } from '@bufbuild/protobuf';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parse, YAMLParseError } from 'yaml';
import { isJsonObject } from '../shared/is-json-object.js';
import type { RenderSpec } from '../../generated/cutroom/v1/spec.js';
import { JsonProblemsError } from '../wire/json-problems.js';
import { UsageError } from './exit-code.js';
import { parseRenderSpec } from './json.js';

/** More aliases of one anchor than this are an attack, or a mistake. */
const MAX_ALIASES = 100;

/**
 * Reads a RenderSpec in proto JSON, or in YAML of the same form, from a file, or from `stdin` for `-`. Throws a UsageError when the file cannot be
 * read, and an Error that names every problem when its content is no RenderSpec. The server checks ranges.
 * @param variables more of its variables; they come before those of the same names in the file.
 */
export async function readSpec(
  file: string,
  { stdin, variables }: { readonly stdin: Readable; readonly variables: Readonly<Record<string, string>> },
): Promise<RenderSpec> {
  const content = await (file === '-' ? text(stdin) : readFile(file, 'utf8')).catch((error: unknown) => {
    throw new UsageError(`cannot read the spec: ${error instanceof Error ? error.message : String(error)}`);
  });
  const name = file === '-' ? 'the spec' : file;
  try {
    const json = withoutSchema(isYaml(file, content) ? parseYaml(content) : (JSON.parse(content) as JsonValue));
    return parseRenderSpec(withVariables(json, variables));
  } catch (error) {
    throw new Error(`${name} is not a cutroom.v1.RenderSpec:${problemsIn(error)}`, { cause: error });
  }
}

/** What is no object stays as it is, to be refused. */
function withVariables(spec: JsonValue, variables: Readonly<Record<string, string>>): JsonValue {
  if (Object.keys(variables).length === 0 || !isJsonObject(spec)) return spec;
  const own: JsonValue = spec.variables ?? {};
  return isJsonObject(own) ? { ...spec, variables: { ...own, ...variables } } : spec;
}

/** `$schema` is for editors. */
function withoutSchema(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== '$schema'));
}

/** By the file's name; standard input by its first character, with which JSON begins. */
function isYaml(file: string, content: string): boolean {
  return file === '-' ? !/^\s*\{/.test(content) : /\.ya?ml$/i.test(file);
}

function parseYaml(content: string): JsonValue {
  const value = parse(content, { version: '1.2', schema: 'core', maxAliasCount: MAX_ALIASES }) as JsonValue;
  const empty = emptyFields(value, '');
  if (empty.length === 0) return value;
  throw new JsonProblemsError(
    empty.map((field) => ({ field, description: 'has no value; a colour needs quotes, since # begins a comment' })),
  );
}

/** A field without a value would silently mean the default. */
function emptyFields(value: JsonValue, path: string): string[] {
  if (value === null) return [path === '' ? 'the file' : path];
  if (Array.isArray(value)) return value.flatMap((item, i) => emptyFields(item, `${path}[${i}]`));
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, item]) => emptyFields(item, path === '' ? name : `${path}.${name}`));
}

function problemsIn(error: unknown): string {
  if (error instanceof JsonProblemsError)
    return error.violations.map(({ field, description }) => `\n  ${field}: ${description}`).join('');
  // The message of a YAML error shows the line below it.
  if (error instanceof YAMLParseError) return ` ${error.message.split('\n\n')[0]?.replace(/:$/, '') ?? error.code}`;
  return ` ${error instanceof Error ? error.message : String(error)}`;
}
