import { describe, expect, it } from 'vitest';
import type { LeadStore, StoreSignalListener } from '../../../src/task/ports/lead-store.js';
import { followLead } from '../../../src/worker/lead.js';

/** A store of several processes whose lead is had by the one named; the clock is the test's. */
function createStore() {
  const at = { holder: null as string | null, nowMs: 0, asked: [] as string[] };
  const listeners = new Set<StoreSignalListener>();
  const tell = (state: 'HELD' | 'FREE') => {
    for (const listener of listeners) listener.onLead?.(state);
  };
  const store: LeadStore = {
    lead: (owner) => {
      at.asked.push(owner);
      at.holder ??= owner;
      // Heard before the answer.
      if (at.holder === owner) tell('HELD');
      return Promise.resolve(at.holder === owner);
    },
    resign: (owner) => {
      if (at.holder === owner) at.holder = null;
      tell('FREE');
      return Promise.resolve();
    },
    signals: {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
  const join = (owner: string, onFree = () => {}) =>
    followLead({ store, clock: { monotonicMs: () => at.nowMs }, owner, sweepIntervalMs: 1000 }, onFree);
  return { at, join };
}

describe('the lead among workers', () => {
  it('is asked for by those who have not heard of it, and renewed by the one who has it', async () => {
    const { at, join } = createStore();
    const [a, b] = [join('a'), join('b')];
    expect(await a.has()).toBe(true);
    for (let i = 0; i < 20; i += 1) {
      at.nowMs += 1000;
      expect(await a.has()).toBe(true);
      expect(await b.has()).toBe(false);
    }
    expect(at.asked).not.toContain('b');
    expect(at.asked).toHaveLength(21);
  });

  it('goes to another once nothing is heard of it for three intervals', async () => {
    const { at, join } = createStore();
    const [a, b] = [join('a'), join('b')];
    await a.has();
    expect(await b.has()).toBe(false);
    at.holder = null;
    at.nowMs += 2999;
    expect(await b.has()).toBe(false);
    at.nowMs += 1;
    expect(await b.has()).toBe(true);
    // It was stopped, say, and has not asked meanwhile.
    expect(await a.has()).toBe(false);
  });

  it('goes to another at once when it is given up', async () => {
    const { join } = createStore();
    let isFree = false;
    const [a, b] = [join('a'), join('b', () => (isFree = true))];
    await a.has();
    expect(await b.has()).toBe(false);
    await a.giveUp();
    expect(isFree).toBe(true);
    expect(await b.has()).toBe(true);
  });
});
