import { describe, expect, it } from 'vitest';
import { overflowOf } from '../../../src/engine/text/overflow.js';
import { FAILURES } from '../../../src/task/failure.js';

function errorOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

const deep = (): number => 1 + deep();

describe('a text job that is too large', () => {
  it.each([
    ['a text that is too long', () => 'x'.repeat(2 ** 30 - 1)],
    ['a joined text that is too long', () => Array.from({ length: 1200 }, () => 'x'.repeat(2 ** 19)).join('')],
    ['a list that is too long', () => (new Array<number>(3).length = 2 ** 33)],
    ['a stack that is too deep', deep],
  ])('fails for good with the field of its captions: %s', (_, action) => {
    const failure = overflowOf(errorOf(action), {
      kind: 'lay-out',
      layer: { field: 'spec.montage.subtitles' },
    })?.failure;
    expect(failure).toMatchObject({ reason: 'MEMORY_LIMIT_EXCEEDED', field: 'spec.montage.subtitles' });
    expect(failure?.message).toContain('fewer or shorter cues');
    expect(FAILURES.MEMORY_LIMIT_EXCEEDED.retryable).toBe(false);
  });

  it('fails so when the memory of its thread is used up', () => {
    const error = Object.assign(new Error('terminated'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
    const failure = overflowOf(error, { kind: 'parse', field: 'f' })?.failure;
    expect(failure).toMatchObject({ reason: 'MEMORY_LIMIT_EXCEEDED', field: 'f' });
  });

  it('is not meant by another error', () => {
    expect(overflowOf(new RangeError('a ruler needs a font'), { kind: 'parse-cube' })).toBeNull();
  });
});
