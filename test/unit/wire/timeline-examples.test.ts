import { describe, expect, it } from 'vitest';
import { fillDefaults } from '../../../src/wire/render-spec/fill-defaults.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { parseStoredSpec } from '../../../src/wire/render-spec/parse-stored-spec.js';
import { specJson } from '../../../src/wire/render-spec/spec-identity.js';
import { pixelFramesOf } from '../../../src/task/pixel-frames.js';
import type { ParsedSpec } from '../../../src/composition/parsed-spec.js';
import type { TimelineForm } from '../../../src/composition/timeline/timeline-form.js';
import type { Timeline } from '../../../src/composition/timeline/timeline.js';
import { compose, factsOf, timelineSpec } from '../../support/timeline.js';
import { EXAMPLES } from './timeline-examples.js';

/** Without the lengths that clips have by default, and where an animation of the default stands: the same, said otherwise. */
function meaning({ form }: Pick<ParsedSpec, 'form'>): unknown {
  const { timeline } = form as TimelineForm;
  return JSON.parse(
    JSON.stringify(timeline, (key, value: unknown) => (key === 'field' || key === 'length' ? undefined : value)),
  ) as Timeline;
}

describe.each(Object.entries(EXAMPLES))('%s', (_, { timeline, inputs }) => {
  it('is parsed and composed', () => {
    const { composition } = compose(timeline, inputs);
    expect(composition.layers.length).toBeGreaterThan(0);
  });

  it('means the same with every default written out, and as it is stored', () => {
    const spec = timelineSpec(timeline);
    const filled = fillDefaults(spec);
    expect(parseSpec(filled).violations).toEqual([]);
    expect(meaning(parseSpec(filled))).toEqual(meaning(parseSpec(spec)));
    expect(fillDefaults(filled)).toEqual(filled);
    const composed = (of: Pick<ParsedSpec, 'form'>) => of.form?.compose(factsOf(inputs)).compositions;
    const plain = JSON.stringify(composed(parseSpec(spec)));
    expect(JSON.stringify(composed(parseSpec(filled)))).toBe(plain);
    expect(JSON.stringify(composed(parseStoredSpec(specJson(spec))))).toBe(plain);
  });
});

it('the size of a timeline is known at submit where no input decides it', () => {
  const sizeOf = (timeline: object) => pixelFramesOf(parseSpec(timelineSpec({ ...timeline })));
  const canvas = { width: 100, height: 50, frameRate: '25' };
  expect(sizeOf({ canvas, tracks: [{ clips: [{ color: { color: '#000000' } }] }] })).toBe(100 * 50 * 125);
  expect(sizeOf({ canvas, tracks: [{ clips: [{ video: { uri: 'v.mp4' } }] }] })).toBeNull();
});
