import { expect, it } from 'vitest';
import type { Form } from '../../../src/composition/form.js';
import { montageForm } from '../../../src/composition/montage/montage-form.js';
import { DEFAULT_OUTPUTS, type OutputSpec } from '../../../src/composition/output-spec.js';
import { NO_LIMITS } from '../../../src/task/limits.js';
import { pixelFramesOf, withPixelLimit } from '../../../src/task/pixel-frames.js';
import { createQuotas } from '../../../src/task/quotas.js';
import { createMemoryStore } from '../../support/memory-store.js';
import { factsFor, montageOf } from '../../support/montage.js';

const montage = montageForm(montageOf(1, { longestClipUs: 2_000_000 }));
const facts = factsFor(montage.montage, [{ kind: 'video', durationUs: 10_000_000 }]);
const composition = montage.compose(facts).compositions[0]!;
const size = 144 * 256 * composition.frames;
const audio: OutputSpec = { ...DEFAULT_OUTPUTS[0]!, format: { kind: 'audio', format: 'MP3' } };
/** As a form that names no input. */
const known: Form = { inputs: [], compose: () => ({ compositions: [composition, composition], warnings: [] }) };

it('refuses to compose more than a tenant may, once the inputs are read', () => {
  const spec = { form: montage, outputs: DEFAULT_OUTPUTS };
  expect(withPixelLimit(spec, size).form.compose(facts)).toEqual(montage.compose(facts));
  expect(() => withPixelLimit(spec, size - 1).form.compose(facts)).toThrow(
    `${size} pixels times frames, and ${size - 1} are`,
  );
  const twice = { form: montage, outputs: [...DEFAULT_OUTPUTS, ...DEFAULT_OUTPUTS, audio] };
  expect(() => withPixelLimit(twice, 2 * size - 1).form.compose(facts)).toThrow();
  expect(withPixelLimit(twice, 2 * size).form.compose(facts).compositions).toHaveLength(1);
});

it('is known at the submit where no input decides it, and refuses the submit then', () => {
  const parsed = { outputs: DEFAULT_OUTPUTS, violations: [], assets: [], fonts: [] };
  expect(pixelFramesOf({ ...parsed, form: known })).toBe(2 * size);
  expect(pixelFramesOf({ ...parsed, form: montage })).toBeNull();
  expect(pixelFramesOf({ form: montage, outputs: [audio] })).toBe(0);
  const store = createMemoryStore({ nowMs: () => 0 });
  const limits = { of: () => ({ ...NO_LIMITS, pixelFrames: 2 * size - 1 }) };
  const quotas = createQuotas({ limits, store, clock: { nowMs: () => 0, monotonicMs: () => 0 } });
  const check = (form: Form) => {
    quotas.checkTask('a', { priority: 0, spec: { ...parsed, form } });
  };
  expect(() => {
    check(known);
  }).toThrow('pixel_frames');
  check(montage);
});
