import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SubmitTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { parseSubmit } from '../../../src/wire/parse-submit.js';
import { anySpec } from './spec-arbitrary.js';
import { ANYONE } from '../../../src/task/caller.js';

const anyText = fc.string({ unit: 'binary', maxLength: 80 });
const anyDuration = fc.option(
  fc.record({ seconds: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), nanos: fc.integer() }),
  { nil: undefined },
);
const timeouts = fc.option(
  fc.record({ queue: anyDuration, total: anyDuration, stall: anyDuration, fetch: anyDuration }),
  { nil: undefined },
);

/** Anything at all in every field: what a hostile client may put on the wire. */
const anyRequest = fc
  .record({
    spec: fc.option(anySpec, { nil: undefined }),
    requestId: anyText,
    labels: fc.dictionary(anyText, anyText, { maxKeys: 70 }),
    priority: fc.integer(),
    timeouts,
    maxAttempts: fc.integer(),
    ttl: anyDuration,
    admission: fc.integer(),
    validateOnly: fc.boolean(),
  })
  .map((request): unknown => request);

describe('the parser of a submit', () => {
  it('parses or refuses any bytes, and never throws', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const bytes = SubmitTaskRequest.encode(SubmitTaskRequest.fromPartial(request as SubmitTaskRequest)).finish();
        const command = parseSubmit(SubmitTaskRequest.decode(bytes), ANYONE);
        expect(command.spec.form === null).toBe(command.spec.violations.length > 0);
        expect(command.specJson === '').toBe(command.spec.form === null);
      }),
      { numRuns: 300 },
    );
  });

  it('does not repeat a long key in a violation', () => {
    const command = parseSubmit(SubmitTaskRequest.fromPartial({ labels: { ['x'.repeat(1_000_000)]: '' } }), ANYONE);
    const fields = command.spec.violations.map(({ field }) => field).filter((field) => field.startsWith('labels'));
    expect(fields).toHaveLength(1);
    expect(fields.join('').length).toBeLessThan(100);
  });
});
