import { describe, expect, it } from 'vitest';
import { requireInspector } from '../../../src/task/inspector-of.js';
import type { LimitedInspector } from '../../../src/task/ports/media-inspector.js';

const never = () => Promise.reject(new Error('is not asked'));

function inspector(isThere: boolean): LimitedInspector {
  return {
    ...{ probe: never, check: never, resolve: never, requireRoom: () => undefined },
    isThere: () => Promise.resolve(isThere),
  };
}

describe('an inspector for a call that needs one', () => {
  const wanted = { tenant: 'default', action: 'probe media' };

  it('is the one of the tenant', async () => {
    const own = inspector(true);
    expect(await requireInspector({ of: () => own }, wanted)).toBe(own);
  });

  it('is unavailable while no worker is alive, as in an outage of the database', async () => {
    await expect(requireInspector({ of: () => inspector(false) }, wanted)).rejects.toMatchObject({
      detail: { reason: 'INPUTS_UNAVAILABLE' },
    });
  });

  it('is not supported where no worker ever comes', async () => {
    await expect(requireInspector(null, wanted)).rejects.toMatchObject({
      detail: { reason: 'NOT_SUPPORTED_HERE', action: 'probe media' },
    });
  });
});
