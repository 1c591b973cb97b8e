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
import { replaceVariables } from './variables.js';

/**
 * Turns a spec from the wire into what is to be rendered: variables replaced, defaults filled, unions closed, every violation of the rules in the
 * proto's comments collected with its field path. Pure, and never throws: whether inputs exist is asked later.
 */
export function parseSpec(spec: RenderSpec | undefined): ParsedSpec {
  const findings = noFindings();
  const place = { field: 'spec', findings };
  if (spec === undefined) {
    refuse(place, 'is required');
    return { form: null, outputs: DEFAULT_OUTPUTS, ...findings };
  }
  const replaced = replaceVariables(spec, place);
  return withoutPlaceholders(findings, parseReplaced(replaced));
}

/** The same for a spec whose texts are as they are meant: it has no variables, and no placeholders. */
export function parseReplaced(spec: RenderSpec): ParsedSpec {
  const findings = noFindings();
  if (spec.kind === undefined) {
    refuse({ field: 'spec', findings }, 'must have one of: timeline, montage');
    return { form: null, outputs: DEFAULT_OUTPUTS, ...findings };
  }
  const { picture, videos, form } = parseKind(spec.kind, findings);
  const outputs = parseOutputs(spec.outputs, { field: 'spec.outputs', findings }, picture);
  if (videos > 1)
    outputs.forEach(({ destination }, i) => {
      if (destination)
        refuse(
          { field: `spec.outputs[${i}].destination`, findings },
          'must not be set with several variants, which are several files',
        );
    });
  return { form: findings.violations.length === 0 ? form() : null, outputs, ...findings };
}

/** A text that still has placeholders says nothing else of its field. */
function withoutPlaceholders({ violations }: Findings, parsed: ParsedSpec): ParsedSpec {
  if (violations.length === 0) return parsed;
  const refused = new Set(violations.map(({ field }) => field));
  const others = <T extends { readonly field: string }>(found: readonly T[]) =>
    found.filter(({ field }) => !refused.has(field));
  return {
    ...parsed,
    form: null,
    violations: [...violations, ...others(parsed.violations)],
    assets: others(parsed.assets),
    fonts: others(parsed.fonts),
  };
}

function noFindings(): Findings {
  return { violations: [], assets: [], fonts: [] };
}

/** What a spec makes: its picture, how many videos, and its form if nothing is wrong with it. */
interface ParsedKind {
  readonly picture: Picture;
  /** How many videos. */
  readonly videos: number;
  readonly form: () => Form;
}

function parseKind(kind: NonNullable<RenderSpec['kind']>, findings: Findings): ParsedKind {
  switch (kind.$case) {
    case 'timeline': {
      const timeline = parseTimeline(kind.value, { field: 'spec.timeline', findings });
      const { canvas } = timeline;
      return { picture: { ...canvas, hasAlpha: hasAlpha(canvas) }, videos: 1, form: () => timelineForm(timeline) };
    }
    case 'montage': {
      const montage = parseMontage(kind.value, { field: 'spec.montage', findings });
      return { picture: { ...montage, hasAlpha: false }, videos: montage.variants, form: () => montageForm(montage) };
    }
  }
}
