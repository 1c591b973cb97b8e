import { type DescEnum, type DescField, type DescMessage, type JsonObject, ScalarType } from '@bufbuild/protobuf';
import { commentOf } from './comments.js';

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
  /** The schema of a field's value. */
  ofField(field: DescField): JsonObject;
  readonly all: JsonObject;
}

export function createSchemas(): Schemas {
  const all: JsonObject = {};

  function ofMessage(desc: DescMessage): JsonObject {
    const known = WELL_KNOWN[desc.typeName];
    if (known) return known;
    const name = nameOf(desc);
    if (!(name in all)) {
      // Before its fields: a message may contain itself.
      all[name] = {};
      const properties = Object.fromEntries(desc.fields.map((field) => [field.jsonName, property(field)]));
      all[name] = { type: 'object', description: commentOf(desc), properties };
    }
    return { $ref: `#/components/schemas/${name}` };
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
    const nullable = field.fieldKind === 'message' && field.oneof === undefined;
    if (nullable) return { description, anyOf: [schema, { type: 'null' }] };
    return '$ref' in schema ? { description, allOf: [schema] } : { ...schema, description };
  }

  function ofField(field: DescField): JsonObject {
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

  return { ofMessage, ofField, all };
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
      return { type: 'integer', format: 'int32' };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { type: 'integer', format: 'int64', minimum: 0, maximum: 4_294_967_295 };
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { type: 'string', format: 'int64', pattern: '^-?\\d+$' };
  }
}
