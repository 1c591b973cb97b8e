import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get as getByTls, type RequestOptions } from 'node:https';
import { get } from 'node:http';
import { claimed, succeeded } from '../../src/task/lifecycle.js';
import type { ApiUnderTest } from '../integration/api/api-under-test.js';
import { eventually } from '../support/eventually.js';
import { newTask } from '../support/new-task.js';

/** The forms in which a watch comes over HTTP, and how a state stands in each. */
export const WATCH_FORMS = [
  ['server-sent events', 'text/event-stream', /^data: .*"state":"(\w+)"/gm],
  ['lines of JSON', 'application/json', /^\{"result":.*"state":"(\w+)"/gm],
] as const;

/** Watches a task through a proxy while the test changes it; each change waits until the one before is seen. @returns the states that were seen. */
export async function watchOver(
  url: string,
  under: ApiUnderTest,
  { accept, pattern }: { readonly accept: string; readonly pattern: RegExp },
  options: RequestOptions = {},
): Promise<(string | undefined)[]> {
  const id = accept.replace('/', '-');
  await under.store.insert(newTask({ id, nowMs: Date.now() }), '{}');
  const headers = { accept, 'accept-encoding': 'identity' };
  const [response] = (await once(
    (url.startsWith('https:') ? getByTls : get)(`${url}/v1/tasks/${id}:watch`, { headers, ...options }),
    'response',
  )) as [IncomingMessage];
  let text = '';
  response.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(response, 'end');
  const states = () => [...text.matchAll(pattern)].map(([, state]) => state);
  await eventually('the first state', () => states().length === 1);
  await under.change(id, (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
  await eventually('the second state', () => states().length === 2);
  await under.change(id, (task) => succeeded(task, { outputs: [], warnings: [] }, Date.now()));
  await ended;
  return states();
}
