import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkComposition } from '../../../src/composition/check-composition.js';
import { CompositionError } from '../../../src/composition/composition-error.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
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
});
