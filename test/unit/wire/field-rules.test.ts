import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationPattern } from '../../../src/wire/duration-pattern.js';
import { FIELD_RULES } from '../../../src/wire/field-rules.js';
import { registry } from '../../../src/wire/proto-json.js';

const DURATIONS = Object.entries(FIELD_RULES).flatMap(([name, rule]) =>
  rule.kind === 'duration' ? [[name, rule] as const] : [],
);

describe('the rules of fields', () => {
  it.each(Object.keys(FIELD_RULES))('name a field of the contract: %s', (name) => {
    const dot = name.lastIndexOf('.');
    const message = registry.getMessage(`cutroom.v1.${name.slice(0, dot)}`);
    expect(message?.fields.map((field) => field.name)).toContain(name.slice(dot + 1));
  });
});

describe('the pattern of a duration', () => {
  it.each(DURATIONS)('takes what lies within the limits, and nothing else: %s', (_, range) => {
    const pattern = new RegExp(durationPattern(range));
    const us = fc.oneof(
      fc.integer({ min: 0, max: 2 * range.maxUs }),
      fc.integer({ min: 0, max: 2_000_000 }),
      fc.constantFrom(range.minUs, Math.max(0, range.minUs - 1), range.maxUs, range.maxUs + 1),
    );
    fc.assert(
      fc.property(us, (value) => {
        const text = `${Math.floor(value / 1e6)}.${String(value % 1e6).padStart(6, '0')}`;
        const isWithin = value >= range.minUs && value <= range.maxUs;
        expect(pattern.test(`${text}s`), text).toBe(isWithin);
        expect(pattern.test(`${Number(text)}s`), text).toBe(isWithin);
      }),
      { numRuns: 2_000 },
    );
    expect(pattern.test('-1s')).toBe(false);
  });
});
