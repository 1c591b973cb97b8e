import type { JsonObject } from '@bufbuild/protobuf';
import { durationPattern } from '../../../wire/duration-pattern.js';
import type { FieldRule } from '../../../wire/field-rule.js';

/** The part of a schema that says a rule. @param schema that of the field's type. @returns both as one schema. */
export function withRule(schema: JsonObject, rule: FieldRule): JsonObject {
  switch (rule.kind) {
    case 'number': {
      const { min, max, multipleOf } = rule;
      const range = { minimum: min, maximum: max, ...(multipleOf === undefined ? {} : { multipleOf }) };
      return rule.zero ? { ...schema, anyOf: [{ const: 0 }, range] } : { ...schema, ...range };
    }
    case 'cursor':
      // One digit less than 2^63 has, so that none is too large.
      return { ...schema, pattern: '^[0-9]{1,18}$' };
    case 'duration':
      return { ...schema, pattern: durationPattern(rule), examples: [`${Math.ceil(rule.minUs / 1e6)}s`] };
    case 'text':
      return textSchema(schema, rule);
    case 'choice':
      return { ...schema, enum: [...rule.of] };
    case 'choices':
      return { ...schema, minItems: rule.min, items: { type: 'string', enum: [...rule.of] } };
    case 'list':
      return { ...schema, minItems: rule.min, maxItems: rule.max };
    case 'map':
      return {
        ...schema,
        maxProperties: rule.max,
        propertyNames: { pattern: rule.key.source },
        additionalProperties: { type: 'string', maxLength: rule.maxValue },
      };
  }
}

function textSchema(
  schema: JsonObject,
  { pattern, min, max, empty }: Extract<FieldRule, { kind: 'text' }>,
): JsonObject {
  return {
    ...schema,
    ...(min === undefined ? {} : { minLength: min }),
    ...(max === undefined ? {} : { maxLength: max }),
    ...(pattern === undefined ? {} : { pattern: empty ? `^$|${pattern.source}` : pattern.source }),
  };
}
