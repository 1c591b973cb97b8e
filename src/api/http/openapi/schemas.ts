import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  type DescService,
  type JsonObject,
  ScalarType,
} from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { FieldRule } from '../../../wire/field-rule.js';
import { FIELD_RULES } from '../../../wire/field-rules.js';
import { isRequired } from './field-behavior.js';
import { commentOf } from './comments.js';
import { withRule } from './rule-schema.js';

/** The JSON forms of well-known types, which are not those of their fields. */
const WELL_KNOWN: Readonly<Record<string, JsonObject>> = {
  'google.protobuf.Duration': { type: 'string', pattern: '^-?\\d+(\\.\\d{1,9})?s$', examples: ['1.5s'] },
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Empty': { type: 'object' },
  'google.protobuf.Any': { type: 'object', properties: { '@type': { type: 'string' } }, additionalProperties: true },
};

/** Schemas of the messages and enums that were asked for, and of all that they refer to, by name. */
export interface Schemas {
  /** A schema, or a reference to one, for a message as canonical proto3 JSON. */
  ofMessage(desc: DescMessage): JsonObject;
  /** The schema of the body of a request, whose other fields are in the path. */
  ofBody(desc: DescMessage, inPath: ReadonlySet<string>): JsonObject;
  /** The schema of a field's value. */
  ofField(field: DescField): JsonObject;
  readonly all: JsonObject;
}

/** @param ruleOf what a document says of a rule. */
export function createSchemas(service: DescService, ruleOf = (rule: FieldRule): FieldRule => rule): Schemas {
  const all: JsonObject = {};
  const ofRequests = messagesOfRequests(service);

  function ofMessage(desc: DescMessage): JsonObject {
    const known = WELL_KNOWN[desc.typeName];
    if (known) return known;
    const name = nameOf(desc);
    if (!(name in all)) {
      // Before its fields: a message may contain itself.
      all[name] = {};
      const properties = Object.fromEntries(desc.fields.map((field) => [field.jsonName, property(field)]));
      all[name] = {
        type: 'object',
        description: commentOf(desc),
        properties,
        ...presence(desc, ofRequests.has(desc)),
        // As the service does; an answer may get fields that an older document lacks.
        ...(ofRequests.has(desc) ? { additionalProperties: false } : {}),
      };
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function ofBody(desc: DescMessage, inPath: ReadonlySet<string>): JsonObject {
    const fields = desc.fields.filter((field) => !inPath.has(field.name));
    if (fields.length === desc.fields.length) return ofMessage(desc);
    const properties = Object.fromEntries(fields.map((field) => [field.jsonName, property(field)]));
    const required = fields.filter(isRequired).map((field) => field.jsonName);
    return {
      type: 'object',
      properties,
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    };
  }

  function ofEnum(desc: DescEnum): JsonObject {
    const name = nameOf(desc);
    const values = desc.values.map((value) => `- \`${value.name}\`: ${commentOf(value).replace(/\n/g, ' ')}`);
    all[name] ??= {
      type: 'string',
      description: [commentOf(desc), ...values].join('\n'),
      enum: desc.values.map((value) => value.name),
    };
    return { $ref: `#/components/schemas/${name}` };
  }

  function property(field: DescField): JsonObject {
    const description = commentOf(field);
    const schema = ofField(field);
    // A message that is not set is null in answers; a member of a oneof is left out.
    const nullable = field.fieldKind === 'message' && field.oneof === undefined && !isRequired(field);
    if (nullable) return { description, anyOf: [schema, { type: 'null' }] };
    return '$ref' in schema ? { description, allOf: [schema] } : { ...schema, description };
  }

  function ofField(field: DescField): JsonObject {
    const rule = FIELD_RULES[`${nameOf(field.parent)}.${field.name}`];
    return rule ? withRule(ofType(field), ruleOf(rule)) : ofType(field);
  }

  function ofType(field: DescField): JsonObject {
    switch (field.fieldKind) {
      case 'scalar':
        return ofScalar(field.scalar);
      case 'enum':
        return ofEnum(field.enum);
      case 'message':
        return ofMessage(field.message);
      case 'list':
        return {
          type: 'array',
          items: field.message ? ofMessage(field.message) : field.enum ? ofEnum(field.enum) : ofScalar(field.scalar),
        };
      case 'map':
        return {
          type: 'object',
          additionalProperties: field.message
            ? ofMessage(field.message)
            : field.enum
              ? ofEnum(field.enum)
              : ofScalar(field.scalar),
        };
    }
  }

  return { ofMessage, ofBody, ofField, all };
}

/** Which fields must be there: of a request those that are marked so, of an answer all that are always sent. */
function presence(desc: DescMessage, isOfRequests: boolean): JsonObject {
  const isSent = (field: DescField) =>
    !field.oneof && (field.fieldKind === 'message' || field.presence !== FeatureSet_FieldPresence.EXPLICIT);
  const isOnly = ({ oneof }: DescField) => oneof?.fields.length === 1 && isOneRequired(oneof);
  const required = desc.fields
    .filter((field) => isOnly(field) || (isOfRequests ? isRequired(field) : isSent(field)))
    .map((field) => field.jsonName);
  const choices = desc.oneofs.filter(({ fields }) => fields.length > 1).map(choiceOf);
  const [only] = choices;
  return {
    ...(required.length === 0 ? {} : { required }),
    ...(choices.length > 1 ? { allOf: choices } : only),
  };
}

/** Exactly one of a oneof's fields, or at most one. */
function choiceOf(oneof: DescOneof): JsonObject {
  const each = oneof.fields.map(({ jsonName }) => ({ properties: { [jsonName]: {} }, required: [jsonName] }));
  return { oneOf: isOneRequired(oneof) ? each : [...each, { not: { anyOf: each } }] };
}

/** By its comment: protobuf has no option for it. The fields of an answer are always there. */
function isOneRequired(oneof: DescOneof): boolean {
  return /exactly one/i.test(commentOf(oneof));
}

/** The messages that requests are, or have within them. */
function messagesOfRequests(service: DescService): ReadonlySet<DescMessage> {
  const found = new Set<DescMessage>();
  const add = (desc: DescMessage): void => {
    if (found.has(desc)) return;
    found.add(desc);
    for (const field of desc.fields) if (field.message) add(field.message);
  };
  for (const { input } of service.methods) add(input);
  return found;
}

/** `cutroom.v1.Task.State` is `Task.State`: the package is that of the whole document. */
function nameOf({ typeName }: DescMessage | DescEnum): string {
  return typeName.replace(/^cutroom\.v1\./, '');
}

function ofScalar(scalar: ScalarType): JsonObject {
  switch (scalar) {
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { type: 'number', format: scalar === ScalarType.DOUBLE ? 'double' : 'float' };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { type: 'integer', format: 'int32', minimum: -2_147_483_648, maximum: 2_147_483_647 };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { type: 'integer', format: 'int64', minimum: 0, maximum: 4_294_967_295 };
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      // Nineteen digits may be too many.
      return { type: 'string', format: 'int64', pattern: '^-?[0-9]{1,18}$' };
  }
}
