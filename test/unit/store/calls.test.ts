import { MongoNetworkError, MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { createCalls } from '../../../src/store/mongo/calls.js';
import { startThreadTime } from '../../support/thread-time.js';

const unavailable = { detail: { reason: 'STORE_UNAVAILABLE' } };
const lost = (): Promise<never> => Promise.reject(new MongoNetworkError('connection closed'));

describe('the caller of MongoDB', () => {
  it('ends a call at its deadline, though it never answers and ignores its signal', async () => {
    const since = startThreadTime();
    let signal: AbortSignal | undefined;
    const call = createCalls(50).ask((options) => {
      signal = options.signal;
      return new Promise(() => undefined);
    });
    await expect(call).rejects.toMatchObject(unavailable);
    expect(since().ownMs).toBeLessThan(1_000);
    expect(signal?.aborted).toBe(true);
  });

  it('repeats a call whose answer was lost, and marks it as a repeat', async () => {
    const repeats: boolean[] = [];
    const answer = await createCalls(2000).change(async (_, isRepeat) => {
      repeats.push(isRepeat);
      return repeats.length < 3 ? lost() : 'answer';
    });
    expect(answer).toBe('answer');
    expect(repeats).toEqual([false, true, true]);
  });

  it.each(['ask', 'change'] as const)('throws with the cause when every answer is lost (%s)', async (verb) => {
    const since = startThreadTime();
    const failure: unknown = await createCalls(200)
      [verb](lost)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ ...unavailable, cause: { name: 'MongoNetworkError' } });
    expect(since().ownMs).toBeLessThan(2 * 200 + 100);
  });

  it('throws a refusal of the server unchanged, at once', async () => {
    const refusal = new MongoServerError({ errmsg: 'not authorized', code: 13 });
    let calls = 0;
    const call = createCalls(1000).change(() => {
      calls += 1;
      return Promise.reject(refusal);
    });
    await expect(call).rejects.toBe(refusal);
    expect(calls).toBe(1);
  });

  it('sends nothing after close', async () => {
    const calls = createCalls(1000);
    calls.close();
    await expect(calls.ask(() => Promise.reject(new Error('was asked')))).rejects.toMatchObject(unavailable);
  });
});
