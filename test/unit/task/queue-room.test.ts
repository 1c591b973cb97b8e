import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createQueueRoom } from '../../../src/task/queue-room.js';

function underTest() {
  const state = { nowMs: 0, queued: 0, looks: 0 };
  const count = async (_: string, upTo: number) => {
    state.looks += 1;
    const seen = Math.min(upTo, state.queued);
    await new Promise(setImmediate);
    return seen;
  };
  return { state, room: createQueueRoom({ count, clock: { monotonicMs: () => state.nowMs } }) };
}

it('never gives out more places than there are, however many submits come at once and whatever is claimed meanwhile', async () => {
  const step = fc.record({
    submits: fc.nat({ max: 8 }),
    claims: fc.nat({ max: 4 }),
    ms: fc.constantFrom(0, 100, 300, 2_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.nat({ max: 6 }), async (steps, limit) => {
      const { state, room } = underTest();
      for (const { submits, claims, ms } of steps) {
        await Promise.all(
          Array.from({ length: submits }, async () => {
            const stored = await room.take('a', limit);
            if (stored === null) return;
            await new Promise(setImmediate);
            state.queued += 1;
            expect(state.queued).toBeLessThanOrEqual(limit);
            stored();
          }),
        );
        state.queued = Math.max(0, state.queued - claims);
        state.nowMs += ms;
      }
    }),
  );
});

it('gives out every place, and again those that a claim has made', async () => {
  const { state, room } = underTest();
  const submit = async () => {
    const stored = await room.take('a', 3);
    if (stored) state.queued += 1;
    stored?.();
    return stored !== null;
  };
  for (const wanted of [true, true, true, false]) expect(await submit()).toBe(wanted);
  state.queued -= 1;
  state.nowMs += 200;
  for (const wanted of [true, false]) expect(await submit()).toBe(wanted);
});

it('counts a queue with room once a second, and a full one five times', async () => {
  const { state, room } = underTest();
  for (let i = 0; i < 100; i++) (await room.take('a', 1_000))?.();
  expect(state.looks).toBe(1);
  state.queued = 1_000;
  state.nowMs = 1_000;
  for (let i = 0; i < 100; i++) expect(await room.take('a', 1_000)).toBeNull();
  expect(state.looks).toBe(2);
});
