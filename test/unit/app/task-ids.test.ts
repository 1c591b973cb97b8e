import fc from 'fast-check';
import { validate, version } from 'uuid';
import { describe, expect, it } from 'vitest';
import { createTaskIds } from '../../../src/app/task-ids.js';

const START_MS = Date.UTC(2026, 10, 27);

describe('ids of tasks', () => {
  it('are UUIDs of version 7 with the time of their making', () => {
    const next = createTaskIds(() => START_MS);
    for (let i = 0; i < 1_000; i += 1) {
      const id = next();
      expect([validate(id), version(id)]).toEqual([true, 7]);
      expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(START_MS);
    }
  });

  it('ascend and differ whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 600 }), (steps) => {
        let now = START_MS;
        const next = createTaskIds(() => now);
        const ids = steps.map((step) => {
          now += step;
          return next();
        });
        expect([...new Set(ids)].sort()).toEqual(ids);
      }),
    );
  });

  it('have random bits of their own, in every maker and in every draw', () => {
    const ids = [createTaskIds(() => START_MS), createTaskIds(() => START_MS)].flatMap((next) =>
      Array.from({ length: 300 }, next),
    );
    expect(new Set(ids.map((id) => id.slice(-12))).size).toBe(ids.length);
  });
});
