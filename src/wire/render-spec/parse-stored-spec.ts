import type { JsonValue } from '@bufbuild/protobuf';
import type { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import type { ValidSpec } from '../../composition/parsed-spec.js';
import { readJson } from '../proto-json.js';
import type { Findings } from './fields.js';
import { parseReplaced, parseSpec } from './parse-spec.js';
import { renderSpecType } from './spec-identity.js';
import { replaceVariables } from './variables.js';

/**
 * Reads a spec as it was stored at its submit. What newer versions added to it is ignored.
 * @throws Error when it no longer parses: it did when it was stored, so the store or this version is broken.
 */
export function parseStoredSpec(specJson: string): ValidSpec {
  const spec = readJson(renderSpecType, JSON.parse(specJson) as JsonValue, { unknownFields: 'ignore' });
  const { form, outputs, violations } = isOfEarlierVersion(spec) ? parseReplaced(spec) : parseSpec(spec);
  if (form) return { form, outputs };
  throw new Error(`a stored spec is not valid: ${violations.map((v) => `${v.field} ${v.description}`).join('; ')}`);
}

/** A spec without variables that has placeholders would not have been stored by this version: to the one that did, they were text. */
function isOfEarlierVersion(spec: RenderSpec): boolean {
  if (Object.keys(spec.variables).length > 0) return false;
  const findings: Findings = { violations: [], assets: [], fonts: [] };
  replaceVariables(spec, { field: 'spec', findings });
  return findings.violations.length > 0;
}
