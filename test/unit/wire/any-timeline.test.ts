import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkComposition } from '../../../src/composition/check-composition.js';
import type { Form } from '../../../src/composition/form.js';
import { CompositionError } from '../../../src/composition/composition-error.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { fillDefaults } from '../../../src/wire/render-spec/fill-defaults.js';
import { parseStoredSpec } from '../../../src/wire/render-spec/parse-stored-spec.js';
import { specJson } from '../../../src/wire/render-spec/spec-identity.js';
import { factsOf, timelineSpec, type Inputs, type Json } from '../../support/timeline.js';
import { anyInputs, anyTimeline } from './timeline-arbitrary.js';

/** `CUTROOM_TEST_TIMELINES=100000` for a search, with another `CUTROOM_TEST_SEED` each time. */
const RUNS = Number(process.env.CUTROOM_TEST_TIMELINES ?? 500);
const SEED = Number(process.env.CUTROOM_TEST_SEED ?? 1);

/** What became of a timeline; anything else is thrown. */
function fateOf(timeline: Json, inputs: Inputs): 'refused' | 'impossible' | 'composed' {
  const { form, violations } = parseSpec(timelineSpec(timeline));
  for (const { field, description } of violations) {
    expect(field).toMatch(/^spec\.timeline\./);
    expect(description).not.toMatch(/NaN|Infinity|undefined|null/);
  }
  expect(form === null).toBe(violations.length > 0);
  if (!form) return 'refused';
  try {
    const { compositions, warnings } = form.compose(factsOf(inputs));
    for (const composition of compositions) checkComposition(composition);
    for (const { field } of warnings) expect(field).toMatch(/^spec\.timeline\./);
    return 'composed';
  } catch (error) {
    if (!(error instanceof CompositionError)) throw error;
    expect(error.field).toMatch(/^spec\.timeline\./);
    return 'impossible';
  }
}

/** What a form makes, or why it cannot. */
function meaningOf(form: Form | null, inputs: Inputs): unknown {
  try {
    return form?.compose(factsOf(inputs));
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

describe('any timeline of parts that are right by themselves', () => {
  it('is refused with fields, fails with a field, or becomes a composition that can be rendered', () => {
    const fates = { refused: 0, impossible: 0, composed: 0 };
    fc.assert(
      fc.property(anyTimeline, anyInputs, (timeline, inputs) => {
        fates[fateOf(timeline, inputs)] += 1;
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // So that the search is one among timelines, and not among mistakes.
    expect(fates.composed).toBeGreaterThan(RUNS / 20);
    if (process.env.CUTROOM_TEST_TIMELINES) console.log(fates);
  });

  it('means the same with its defaults written out, and as it is stored', () => {
    let valid = 0;
    fc.assert(
      fc.property(anyTimeline, anyInputs, (timeline, inputs) => {
        const spec = timelineSpec(timeline);
        const { form } = parseSpec(spec);
        if (!form) return;
        valid += 1;
        const filled = fillDefaults(spec);
        const meaning = meaningOf(form, inputs);
        expect(meaningOf(parseSpec(filled).form, inputs)).toEqual(meaning);
        expect(meaningOf(parseStoredSpec(specJson(spec)).form, inputs)).toEqual(meaning);
        expect(fillDefaults(filled)).toEqual(filled);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(valid).toBeGreaterThan(RUNS / 20);
  });
});
