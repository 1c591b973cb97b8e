import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { isJsonObject } from '../../../shared/is-json-object.js';
import { TaskServiceDefinition } from '../../../../generated/cutroom/v1/task_service.js';
import type { FieldRule } from '../../../wire/field-rule.js';
import { registry } from '../../../wire/proto-json.js';
import { WHOLE_PLACEHOLDER } from '../../../wire/render-spec/variables.js';
import { createSchemas } from './schemas.js';

/** Where the references of an OpenAPI document and of a JSON Schema begin. */
const COMPONENTS = '#/components/schemas/';
const DEFS = '#/$defs/';

/** The JSON Schema (2020-12) of a render spec, for editors: what may be written, with the comments of the proto. */
export function specSchema(version: string): JsonObject {
  const service = registry.getService(TaskServiceDefinition.fullName);
  const spec = registry.getMessage('cutroom.v1.RenderSpec');
  if (!service || !spec) throw new Error('generated/descriptors.binpb lacks the spec');
  const schemas = createSchemas(service, orPlaceholder);
  schemas.ofMessage(spec);
  const { RenderSpec: root, ...others } = withDefs(schemas.all);
  if (!isJsonObject(root) || !isJsonObject(root.properties)) throw new Error('the schema of a spec has no properties');
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Cutroom ${version} render spec`,
    ...root,
    // An editor finds the schema by it; the command line leaves it out.
    properties: { $schema: { type: 'string' }, ...root.properties },
    $defs: others,
  };
}

/** Text with a placeholder is judged once its variables are in place. */
function orPlaceholder(rule: FieldRule): FieldRule {
  if (rule.kind !== 'text' || !rule.pattern) return rule;
  return { ...rule, pattern: new RegExp(`(?:${rule.pattern.source})|\\{\\{`) };
}

function withDefs(schemas: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(schemas), (key, value: JsonValue) => {
    if (key === '$ref' && typeof value === 'string') return value.replace(COMPONENTS, DEFS);
    return isJsonObject(value) && isNoText(value) ? orVariable(value) : value;
  }) as JsonObject;
}

/** Whether a schema is that of a number, a boolean, a word of an enum or a duration, which alone has examples. */
function isNoText({ type, enum: words, examples }: JsonObject): boolean {
  if (type === 'number' || type === 'integer' || type === 'boolean') return true;
  return type === 'string' && (words !== undefined || examples !== undefined);
}

/** A value, or a placeholder for it. */
function orVariable({ description, ...value }: JsonObject): JsonObject {
  const placeholder = { type: 'string', pattern: WHOLE_PLACEHOLDER.source };
  return { ...(description === undefined ? {} : { description }), anyOf: [value, placeholder] };
}
