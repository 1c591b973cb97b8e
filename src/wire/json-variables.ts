import type { DescField, DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { isJsonObject } from '../shared/is-json-object.js';
import type { Violation } from '../composition/violation.js';
import { isLeafMessage, type JsonLeaf, leafProblem } from './json-leaves.js';
import { MAX_VARIABLES, namesIn, unknownVariables, WHOLE_PLACEHOLDER } from './render-spec/variables.js';

const SPEC = 'cutroom.v1.RenderSpec';

/** JSON with values in fields that are no text, and the placeholders there that have none. */
export interface ReplacedJson {
  /** Without the fields of `violations`, and without variables that nothing else names. The same where nothing was replaced. */
  readonly json: JsonValue;
  readonly violations: readonly Violation[];
}

/**
 * Puts the values of a spec's variables in place of `{{name}}` where a field takes a number, a boolean, a word of an enum or a duration. Such a field has no room for
 * the placeholder itself in a message: unlike those in texts they are gone once the JSON is read.
 * @param desc of a spec, or of a message with one in a field.
 */
export function replaceJsonVariables(desc: DescMessage, json: JsonValue): ReplacedJson {
  if (desc.typeName === SPEC) return replaceInSpec(desc, json, '');
  const field = desc.fields.find((one) => one.message?.typeName === SPEC && one.fieldKind === 'message');
  if (!field?.message || !isJsonObject(json)) return { json, violations: [] };
  const name = Object.keys(json).find((key) => key === field.jsonName || key === field.name);
  const spec = name === undefined ? undefined : json[name];
  if (name === undefined || spec === undefined) return { json, violations: [] };
  const { json: replaced, violations } = replaceInSpec(field.message, spec, field.name);
  return { json: replaced === spec ? json : { ...json, [name]: replaced }, violations };
}

interface Walk {
  readonly values: ReadonlyMap<string, string>;
  readonly violations: Violation[];
  /** Names that stood for values that are no text, and names in texts. */
  readonly typed: Set<string>;
  readonly inTexts: Set<string>;
}

function replaceInSpec(desc: DescMessage, spec: JsonValue, path: string): ReplacedJson {
  if (!isJsonObject(spec)) return { json: spec, violations: [] };
  const given = isJsonObject(spec.variables) ? spec.variables : {};
  const texts = Object.entries(given).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  const walk: Walk = { values: new Map(texts), violations: [], typed: new Set(), inTexts: new Set() };
  const { variables, ...rest } = spec;
  const replaced = message(walk, desc, rest, path);
  if (walk.typed.size === 0 && walk.violations.length === 0) return { json: spec, violations: [] };
  const left = Object.entries(given).filter(([name]) => !walk.typed.has(name) || walk.inTexts.has(name));
  // Too many are refused where all rules of variables are.
  const kept = Object.keys(given).length > MAX_VARIABLES ? given : Object.fromEntries(left);
  return {
    json: {
      ...replaced,
      ...(variables === undefined ? {} : { variables: isJsonObject(variables) ? kept : variables }),
    },
    violations: walk.violations,
  };
}

/** A message with its values; a field whose placeholder has none is left out. */
function message(walk: Walk, desc: DescMessage, json: JsonObject, path: string): JsonObject {
  const entries = Object.entries(json).map(([name, value]): [string, JsonValue | undefined] => {
    const field = desc.fields.find((one) => one.jsonName === name || one.name === name);
    return [name, field ? fieldValue(walk, field, value, path === '' ? field.name : `${path}.${field.name}`) : value];
  });
  return Object.fromEntries(entries.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));
}

function fieldValue(walk: Walk, field: DescField, value: JsonValue, path: string): JsonValue | undefined {
  if (field.fieldKind === 'map') return value;
  if (field.fieldKind !== 'list') return element(walk, field, value, path);
  if (!Array.isArray(value)) return value;
  return value.flatMap((item, i) => element(walk, field, item, `${path}[${i}]`) ?? []);
}

function element(walk: Walk, field: DescField, value: JsonValue, path: string): JsonValue | undefined {
  if (field.message && !isLeafMessage(field.message))
    return isJsonObject(value) ? message(walk, field.message, value, path) : value;
  if (typeof value !== 'string') return value;
  if (!field.message && !field.enum && (field.scalar === ScalarType.STRING || field.scalar === ScalarType.BYTES)) {
    for (const name of namesIn(value)) walk.inTexts.add(name);
    return value;
  }
  const name = WHOLE_PLACEHOLDER.exec(value)?.[1];
  return name === undefined ? value : valueOf(walk, name, leafOf(field), path);
}

function valueOf(walk: Walk, name: string, leaf: JsonLeaf, path: string): JsonValue | undefined {
  const text = walk.values.get(name);
  walk.typed.add(name);
  if (text === undefined) {
    const description = unknownVariables([name], [...walk.values.keys()]);
    walk.violations.push({ field: path, description });
    return undefined;
  }
  const isBoolean = leaf.kind === 'scalar' && leaf.type === ScalarType.BOOL && /^(?:true|false)$/.test(text);
  const value = isBoolean ? text === 'true' : text;
  const problem = leafProblem(leaf, value);
  if (problem === null) return value;
  walk.violations.push({ field: path, description: `${problem}: that is the value of the variable ${name}` });
  return undefined;
}

function leafOf(field: DescField): JsonLeaf {
  if (field.message) return { kind: 'message', desc: field.message };
  if (field.enum) return { kind: 'enum', desc: field.enum };
  return { kind: 'scalar', type: field.scalar };
}
