import type { ParsedSpec } from '../../composition/parsed-spec.js';
import type { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import type { Form } from '../../composition/form.js';
import { hasAlpha } from '../../composition/composition.js';
import { DEFAULT_OUTPUTS } from '../../composition/output-spec.js';
import { montageForm } from '../../composition/montage/montage-form.js';
import { timelineForm } from '../../composition/timeline/timeline-form.js';
import { type Findings, refuse } from './fields.js';
import { parseMontage } from './parse-montage.js';
import { parseOutputs, type Picture } from './parse-outputs.js';
import { parseTimeline } from './timeline/parse-timeline.js';

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
  const { picture, form } = parseKind(spec.kind, findings);
  const outputs = parseOutputs(spec.outputs, { field: 'spec.outputs', findings }, picture);
  return { form: findings.violations.length === 0 ? form() : null, outputs, ...findings };
}

/** What a spec makes: its picture, and its form if nothing is wrong with it. */
interface ParsedKind {
  readonly picture: Picture;
  readonly form: () => Form;
}

function parseKind(kind: NonNullable<RenderSpec['kind']>, findings: Findings): ParsedKind {
  switch (kind.$case) {
    case 'timeline': {
      const timeline = parseTimeline(kind.value, { field: 'spec.timeline', findings });
      const { canvas } = timeline;
      return { picture: { ...canvas, hasAlpha: hasAlpha(canvas) }, form: () => timelineForm(timeline) };
    }
    case 'montage': {
      const montage = parseMontage(kind.value, { field: 'spec.montage', findings });
      return { picture: { ...montage, hasAlpha: false }, form: () => montageForm(montage) };
    }
  }
}
