import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { read, startPool, store, submit } from './worker-harness.js';

/** The lead is had by whoever asks first, for good: its process goes on. */
function soleLead() {
  let holder: string | null = null;
  return (owner: string) => Promise.resolve((holder ??= owner) === owner);
}

describe('an attempt that hangs in the process that sweeps for all', () => {
  it('loses its task to another worker once its lease has ended', async () => {
    const lead = soleLead();
    const hanging = startPool('a', { deaf: true, store: { ...store, lead, renewLease: () => Promise.resolve(false) } });
    await submit('t');
    await eventually('the first renders', () => hanging.renderer.renders[0]);
    const other = startPool('b', { store: { ...store, lead } });
    await eventually('the other renders', () => other.renderer.renders[0]);
    expect(await read('t')).toMatchObject({ owner: 'b', fence: 2, state: 'RUNNING' });
  });
});
