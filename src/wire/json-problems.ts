import { type DescField, type DescMessage, type DescOneof, type JsonValue } from '@bufbuild/protobuf';
import { isJsonObject } from '../shared/is-json-object.js';
import type { Violation } from '../composition/violation.js';
import { nearestName } from '../shared/nearest-name.js';
import { isLeafMessage, type JsonLeaf, leafProblem, quoted, shown } from './json-leaves.js';

/** More problems of one request than this are not looked for: the others are told once these are gone. */
const MAX_PROBLEMS = 100;
/** The fields of a message are listed for a name that is like none of them, up to this number. */
const MAX_LISTED_FIELDS = 12;

/** JSON that does not fit a message. Its violations name every field at fault. */
export class JsonProblemsError extends Error {
  override readonly name = 'JsonProblemsError';
  readonly violations: readonly Violation[];

  constructor(violations: readonly Violation[], options: { cause?: unknown } = {}) {
    super(violations.map(({ field, description }) => `${field} ${description}`).join('; '), options);
    this.violations = violations;
  }
}

/** Whether names that a message does not have are problems. */
export type UnknownFields = 'refuse' | 'ignore';

/**
 * Every place at which JSON does not fit a message (proto3's JSON mapping), with the values allowed there and the nearest name. A field is named by its path as in the proto:
 * `spec.montage.materials[2].uri`; an unknown name as it was written. Empty: none was found, or only a reader of the values themselves finds it.
 */
export function jsonProblems(desc: DescMessage, json: JsonValue, unknownFields: UnknownFields): readonly Violation[] {
  const walk: Walk = { violations: [], unknownFields };
  message(walk, desc, json, '');
  return walk.violations;
}

interface Walk {
  readonly violations: Violation[];
  readonly unknownFields: UnknownFields;
}

function refuse(walk: Walk, field: string, description: string): void {
  if (walk.violations.length < MAX_PROBLEMS) walk.violations.push({ field, description });
}

function message(walk: Walk, desc: DescMessage, json: JsonValue, path: string): void {
  if (isLeafMessage(desc)) {
    leaf(walk, { kind: 'message', desc }, json, path);
    return;
  }
  if (!isJsonObject(json)) {
    refuse(walk, path === '' ? 'body' : path, `must be an object, not ${shown(json)}`);
    return;
  }
  const names = new Map<DescField, string>();
  const oneofs = new Map<DescOneof, string>();
  for (const [name, value] of Object.entries(json)) {
    if (walk.violations.length >= MAX_PROBLEMS) return;
    const field = desc.fields.find((f) => f.jsonName === name || f.name === name);
    if (!field) {
      if (walk.unknownFields === 'refuse') refuse(walk, join(path, quoted(name)), unknownName(desc, name));
      continue;
    }
    const here = join(path, field.name);
    const earlier = names.get(field);
    if (earlier !== undefined) refuse(walk, here, `is given twice, as ${earlier} and as ${name}`);
    names.set(field, name);
    if (value === null) continue;
    if (field.oneof) {
      const other = oneofs.get(field.oneof);
      if (other !== undefined) refuse(walk, here, `must not be set together with ${other}`);
      oneofs.set(field.oneof, name);
    }
    fieldValue(walk, field, value, here);
  }
}

function fieldValue(walk: Walk, field: DescField, value: JsonValue, path: string): void {
  switch (field.fieldKind) {
    case 'scalar':
    case 'enum':
    case 'message':
      element(walk, field, value, path);
      return;
    case 'list':
      if (!Array.isArray(value)) {
        refuse(walk, path, `must be a list, not ${shown(value)}`);
        return;
      }
      for (const [i, item] of value.entries()) {
        if (walk.violations.length >= MAX_PROBLEMS) return;
        element(walk, field, item, `${path}[${i}]`);
      }
      return;
    case 'map':
      if (!isJsonObject(value)) {
        refuse(walk, path, `must be an object of names and values, not ${shown(value)}`);
        return;
      }
      for (const [key, item] of Object.entries(value)) {
        if (walk.violations.length >= MAX_PROBLEMS) return;
        const here = `${path}[${JSON.stringify(quoted(key))}]`;
        leaf(walk, { kind: 'scalar', type: field.mapKey }, key, here);
        element(walk, field, item, here);
      }
  }
}

function element(walk: Walk, field: DescField, value: JsonValue, path: string): void {
  if (field.message) {
    message(walk, field.message, value, path);
    return;
  }
  if (field.enum) leaf(walk, { kind: 'enum', desc: field.enum }, value, path);
  else leaf(walk, { kind: 'scalar', type: field.scalar }, value, path);
}

function leaf(walk: Walk, type: JsonLeaf, value: JsonValue, path: string): void {
  const problem = leafProblem(type, value);
  if (problem !== null) refuse(walk, path, problem);
}

function unknownName(desc: DescMessage, name: string): string {
  // In the spelling that the caller uses.
  const spelling = (field: DescField) => (name.includes('_') ? field.name : field.jsonName);
  const fields = desc.fields.map(spelling);
  const nearest = nearestName(name, fields);
  if (nearest !== null) return `is not a field here; did you mean ${nearest}?`;
  if (fields.length === 0) return 'is not a field here: there are none';
  const listed = fields.slice(0, MAX_LISTED_FIELDS).join(', ');
  return `is not a field here; the fields are ${listed}${fields.length > MAX_LISTED_FIELDS ? ', …' : ''}`;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
