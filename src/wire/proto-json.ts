import { readFileSync } from 'node:fs';
import type { DescMessage, JsonObject, JsonValue, Registry } from '@bufbuild/protobuf';
import { createFileRegistry, fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { isJsonObject } from '../shared/is-json-object.js';
import type { Violation } from '../composition/violation.js';
import { replaceJsonVariables } from './json-variables.js';
import { jsonProblems, JsonProblemsError, type UnknownFields } from './json-problems.js';

/** The generated code's half of a message type. */
export interface WireType<T> {
  encode(message: T): BinaryWriter;
  decode(bytes: Uint8Array): T;
}

/** A message type seen from both libraries: ts-proto's objects, and the descriptor that knows its canonical JSON. */
export interface JsonType<T> {
  readonly type: WireType<T>;
  readonly desc: DescMessage;
}

/** The compiled protos, as `buf build` wrote them. The path is the same from `src/` and from `dist/src/`. */
export const descriptorSet: FileDescriptorSet = fromBinary(
  FileDescriptorSetSchema,
  readFileSync(new URL('../../generated/descriptors.binpb', import.meta.url)),
);

/** Every message, service and extension of the compiled protos by full name. */
export const registry: Registry = createFileRegistry(descriptorSet);

/** Joins a generated type with its descriptor. @throws Error when the descriptor set has no such message: a build that does not belong together. */
export function jsonType<T>(type: WireType<T>, typeName: string): JsonType<T> {
  const desc = registry.getMessage(typeName);
  if (!desc) throw new Error(`generated/descriptors.binpb has no message ${typeName}`);
  return { type, desc };
}

/**
 * Reads canonical proto3 JSON.
 * @throws Error, whose message is fit for a caller, on JSON that does not fit the message; on unknown fields unless they are ignored.
 */
export function readJson<T>(
  { type, desc }: JsonType<T>,
  json: JsonValue,
  options: { unknownFields: 'refuse' | 'ignore' },
): T {
  const message = fromJson(desc, json, { registry, ignoreUnknownFields: options.unknownFields === 'ignore' });
  return type.decode(toBinary(desc, message));
}

/**
 * Reads a caller's JSON, in which `{{name}}` may stand for any value of a spec; see `json-variables.ts`. A name that an enum does not have is refused also where unknown fields are ignored: it would silently mean the default.
 * @throws JsonProblemsError that names every field at fault.
 */
export function readCallersJson<T>(type: JsonType<T>, json: JsonValue, options: { unknownFields: UnknownFields }): T {
  const { json: replaced, violations } = replaceJsonVariables(type.desc, json);
  const problems = () => [...violations, ...jsonProblems(type.desc, replaced, options.unknownFields)];
  // Looked for first only where the reader would ignore them: most requests are right, and are read once.
  if (options.unknownFields === 'ignore' || violations.length > 0) throwProblems(problems());
  try {
    return readJson(type, replaced, options);
  } catch (error) {
    throwProblems(problems(), { cause: error });
    throw error;
  }
}

function throwProblems(violations: readonly Violation[], options: { cause?: unknown } = {}): void {
  if (violations.length > 0) throw new JsonProblemsError(violations, options);
}

/** Canonical proto3 JSON without unpopulated fields: one form for one message, fit to be stored. */
export function writeCompactJson<T>({ type, desc }: JsonType<T>, message: T): JsonValue {
  return toJson(desc, fromBinary(desc, type.encode(message).finish()), { registry });
}

/**
 * Canonical proto3 JSON with unpopulated fields as grpc-gateway emits them: scalars and enums at their zero, empty lists,
 * null for messages that are not set; nothing for members of a oneof and `optional` fields that are not set.
 */
export function writeFullJson<T>(
  { type, desc }: JsonType<T>,
  message: T,
  options: { enums: 'names' | 'numbers' } = { enums: 'names' },
): JsonValue {
  const enumAsInteger = options.enums === 'numbers';
  const json = toJson(desc, fromBinary(desc, type.encode(message).finish()), {
    registry,
    alwaysEmitImplicit: true,
    enumAsInteger,
  });
  addNulls(desc, json);
  return json;
}

interface MessageField {
  readonly jsonName: string;
  readonly desc: DescMessage;
  readonly repeated: boolean;
  readonly nullWhenUnset: boolean;
}

const messageFields = new WeakMap<DescMessage, readonly MessageField[]>();

/** `alwaysEmitImplicit` leaves out messages that are not set; protojson, which grpc-gateway uses, has them as null. */
function addNulls(desc: DescMessage, json: JsonValue): void {
  if (!isJsonObject(json)) return;
  for (const field of fieldsOf(packedIn(desc, json))) {
    const value = json[field.jsonName];
    if (value === undefined) {
      if (field.nullWhenUnset) json[field.jsonName] = null;
    } else if (Array.isArray(value)) {
      for (const item of value) addNulls(field.desc, item);
    } else {
      addNulls(field.desc, value);
    }
  }
}

/** The message of an `Any`, whose fields stand beside its type in JSON. */
function packedIn(desc: DescMessage, { '@type': type }: JsonObject): DescMessage {
  if (desc.typeName !== 'google.protobuf.Any' || typeof type !== 'string') return desc;
  return registry.getMessage(type.slice(type.lastIndexOf('/') + 1)) ?? desc;
}

function fieldsOf(desc: DescMessage): readonly MessageField[] {
  const known = messageFields.get(desc);
  if (known) return known;
  const fields = desc.fields.flatMap((field): MessageField[] => {
    const repeated = field.fieldKind === 'list';
    if (!repeated && field.fieldKind !== 'message') return [];
    if (!field.message) return [];
    return [
      {
        jsonName: field.jsonName,
        desc: field.message,
        repeated,
        nullWhenUnset: !repeated && field.oneof === undefined,
      },
    ];
  });
  // Well-known types have a JSON form of their own, with no fields in it.
  const own = desc.typeName.startsWith('google.protobuf.') ? [] : fields;
  messageFields.set(desc, own);
  return own;
}
