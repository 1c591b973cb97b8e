import type { ParsedSpec } from '../../composition/parsed-spec.js';
import type { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import { DEFAULT_OUTPUTS } from '../../composition/output-spec.js';
import { montageForm } from '../../composition/montage/montage-form.js';
import { type Findings, refuse } from './fields.js';
import { parseMontage } from './parse-montage.js';
import { parseOutputs } from './parse-outputs.js';

/**
 * Turns a spec from the wire into what is to be rendered: defaults filled, unions closed, every violation of the rules in the
 * proto's comments collected with its field path. Pure, and never throws: whether inputs exist is asked later.
 */
export function parseSpec(spec: RenderSpec | undefined): ParsedSpec {
  const findings: Findings = { violations: [], assets: [], fonts: [] };
  const place = { field: 'spec', findings };
  if (spec === undefined) {
    refuse(place, 'is required');
    return { form: null, outputs: DEFAULT_OUTPUTS, ...findings };
  }
  if (spec.kind === undefined) {
    refuse(place, 'must have one of: timeline, montage');
    return { form: null, outputs: DEFAULT_OUTPUTS, ...findings };
  }
  if (spec.kind.$case !== 'montage') {
    refuse({ field: 'spec.timeline', findings }, 'is not rendered yet');
    return { form: null, outputs: DEFAULT_OUTPUTS, ...findings };
  }
  const montage = parseMontage(spec.kind.value, { field: 'spec.montage', findings });
  const outputs = parseOutputs(spec.outputs, { field: 'spec.outputs', findings }, montage);
  return { form: findings.violations.length === 0 ? montageForm(montage) : null, outputs, ...findings };
}
