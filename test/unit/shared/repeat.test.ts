import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { repeat } from '../../../src/shared/repeat.js';

describe('repeated work', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('begins anew only once the last call has ended', async () => {
    const ends: (() => void)[] = [];
    const end = repeat(() => new Promise((resolve) => ends.push(resolve)), { pauseMs: 10 });
    await vi.advanceTimersByTimeAsync(100);
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(10);
    expect(ends).toHaveLength(2);
    end();
  });

  it('ends, also while a call is under way', async () => {
    const ends: (() => void)[] = [];
    const end = repeat(() => new Promise((resolve) => ends.push(resolve)), { pauseMs: 10 });
    await vi.advanceTimersByTimeAsync(10);
    end();
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(100);
    expect(ends).toHaveLength(1);
  });
});
