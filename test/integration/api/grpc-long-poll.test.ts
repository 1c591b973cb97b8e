import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimed } from '../../../src/task/lifecycle.js';
import { eventually } from '../../support/eventually.js';
import { connect, failureOf, type ForeignClient } from '../../support/foreign-client.js';
import { newTask } from '../../support/new-task.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let store: ApiUnderTest;
let under: ApiUnderTest;
let client: ForeignClient;
let waiting: number;

beforeEach(async () => {
  waiting = 0;
  store = await startApiUnderTest();
  // The use-cases as they are, but counted: a test must know that its call waits before it goes on.
  const tasks: ApiUnderTest['tasks'] = {
    ...store.tasks,
    wait: (...of) => {
      waiting += 1;
      return store.tasks.wait(...of).finally(() => {
        waiting -= 1;
      });
    },
  };
  under = await startApiUnderTest({ tasks });
  client = connect(under.grpcAddress);
  await store.store.insert(newTask({ id: 'a' }), '{}');
});

afterEach(async () => {
  client.close();
  await under.stop();
  await store.stop();
});

const poll = (fields: object = {}) =>
  client.call('GetTask', { name: 'tasks/a', wait_for_revision_after: 1, ...fields });
const begin = () => store.change('a', (task) => claimed(task, { attemptId: 'x', owner: 'o', nowMs: Date.now() }));

describe('a long poll', () => {
  it('ends with UNAVAILABLE and a RetryInfo when the server shuts down', async () => {
    const error = failureOf(poll());
    await eventually('the call waits', () => waiting === 1);
    under.api.drain();
    expect(await error).toMatchObject({
      code: 14,
      details: {
        'google.rpc.ErrorInfo': { reason: 'DRAINING' },
        'google.rpc.RetryInfo': { retry_delay: { seconds: '1' } },
      },
    });
  });

  it('returns the same revision to all callers that wait for the task', async () => {
    const answers = Promise.all(Array.from({ length: 20 }, () => poll()));
    await eventually('the calls wait', () => waiting === 20);
    await begin();
    for (const answer of await answers) expect(answer).toMatchObject({ state: 'RUNNING', revision: '2' });
  });

  it('returns the full view when the request asks for it', async () => {
    const answer = poll({ view: 'TASK_VIEW_FULL' });
    await eventually('the call waits', () => waiting === 1);
    await begin();
    expect(await answer).toMatchObject({ state: 'RUNNING', spec: {} });
  });

  it('is forgotten when its caller leaves', async () => {
    const caller = new AbortController();
    const call = fetch(`${under.httpUrl}/v1/tasks/a?wait_for_revision_after=1&wait_timeout=60s`, {
      signal: caller.signal,
    }).catch((error: unknown) => error);
    await eventually('the call waits', () => waiting === 1);
    caller.abort();
    await call;
    await eventually('nothing waits', () => waiting === 0);
  });

  it('answers NOT_FOUND at once for a missing task', async () => {
    expect((await failureOf(poll({ name: 'tasks/nope' }))).code).toBe(5);
  });
});
