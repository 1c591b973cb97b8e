import type { JsonValue } from '@bufbuild/protobuf';
import type { ValidSpec } from '../../composition/parsed-spec.js';
import { readJson } from '../proto-json.js';
import { parseSpec } from './parse-spec.js';
import { renderSpecType } from './spec-identity.js';

/**
 * Reads a spec as it was stored at its submit. What newer versions added to it is ignored.
 * @throws Error when it no longer parses: it did when it was stored, so the store or this version is broken.
 */
export function parseStoredSpec(specJson: string): ValidSpec {
  const { form, outputs, violations } = parseSpec(
    readJson(renderSpecType, JSON.parse(specJson) as JsonValue, { unknownFields: 'ignore' }),
  );
  if (form) return { form, outputs };
  throw new Error(`a stored spec is not valid: ${violations.map((v) => `${v.field} ${v.description}`).join('; ')}`);
}
