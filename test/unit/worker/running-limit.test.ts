import { expect, it } from 'vitest';
import { NO_LIMITS } from '../../../src/task/limits.js';
import { eventually } from '../../support/eventually.js';
import { inState, read, startPool, store, submit } from './worker-harness.js';

it('lets a worker that passed a tenant over claim for it as soon as a task of it has ended elsewhere', async () => {
  // Only the feed can tell: nothing is looked for by time.
  const options = { sweepIntervalMs: 600_000, leaseMs: 60_000, limits: { of: () => ({ ...NO_LIMITS, running: 1 }) } };
  let isFull = false;
  const first = startPool('first', {
    ...options,
    machine: { problem: () => Promise.resolve(isFull ? 'the disk is full' : null) },
  });
  await submit('one');
  await inState('one', 'RUNNING');
  isFull = true;
  let counts = 0;
  const counting: typeof store = {
    ...store,
    countIn: (...asked) => {
      counts += 1;
      return store.countIn(...asked);
    },
  };
  const second = startPool('second', { ...options, store: counting });
  await submit('two', 2);
  await eventually('the second has passed it over', () => counts > 0);
  expect(second.pool.running()).toBe(0);
  expect((await read('two')).state).toBe('QUEUED');
  first.renderer.renders[0]?.finish();
  await inState('two', 'RUNNING');
  expect((await read('two')).owner).toBe('second');
});
