import { anyTimeline } from '../unit/wire/timeline-arbitrary.js';
import fc from 'fast-check';
import { Agent, request } from 'undici';
import { authorizationOf, fuzzedCredentials } from './fuzz-credentials.js';

const name = fc.oneof(
  fc.constantFrom('tasks', 'spec', 'montage', 'materials', 'uri', 'requestId', 'priority', 'timeouts', '__proto__'),
  fc.string(),
);
const value = fc.oneof(
  fc.constantFrom('a.mp4', 'http://127.0.0.1/', 'upload:../../x', '9e999', -1, 2 ** 53, null, '\u0000', [[[]]]),
  fc.jsonValue(),
);
const body = fc.oneof(
  fc.dictionary(name, value).map((object) => JSON.stringify(object)),
  fc
    .record({ uri: value, priority: value, more: fc.dictionary(name, value) })
    .map(({ uri, priority, more }) =>
      JSON.stringify({ spec: { montage: { materials: [{ uri }], ...more } }, priority, validateOnly: true }),
    ),
  anyTimeline.map((timeline) => JSON.stringify({ spec: { timeline }, validateOnly: true })),
  fc
    .record({ clip: fc.dictionary(name, value), canvas: value, variables: value })
    .map(({ clip, canvas, variables }) =>
      JSON.stringify({ spec: { timeline: { canvas, tracks: [{ clips: [clip] }] }, variables }, validateOnly: true }),
    ),
  fc.string(),
  fc.constantFrom('{"spec":{"montage":{"materials":[{"uri":"a.mp4"}]}}}', '[', '{"a":'.repeat(500)),
);
const path = fc.oneof(
  fc.constantFrom(
    '/v1/tasks',
    '/v1/tasks:validate',
    '/v1/media:probe',
    '/v1/capabilities',
    '/v1/apiKeys',
    '/api/v1/videos',
    '/api/v1/tasks',
    '/api/v1/musics',
    '/openapi.json',
    '/metrics',
    '/healthz',
  ),
  fc
    .tuple(
      fc.constantFrom('/v1/tasks/', '/api/v1/tasks/', '/api/v1/stream/', '/tasks/', '/v1/apiKeys/'),
      fc.string(),
      fc.constantFrom('', ':cancel', ':retry', ':watch', '/preview', '/final-1.mp4'),
    )
    .map(([a, b, c]) => a + encodeURIComponent(b.replace(/\p{Surrogate}/gu, '')) + c),
  fc.webPath(),
);
const query = fc.oneof(
  fc.constant(''),
  fc.webQueryParameters().map((text) => `?${text}`),
  fc.constantFrom(
    '?pageSize=-1',
    '?pageToken=x',
    '?filter=state%3D',
    '?waitTimeout=0.01s&waitForRevisionAfter=9',
    '?expires=1&signature=x',
  ),
);
const call = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PUT', 'PATCH'),
  path,
  query,
  body,
  type: fc.constantFrom('application/json', 'multipart/form-data; boundary=b', 'text/plain', ''),
  credentials: fuzzedCredentials,
});

type FuzzedCall = typeof call extends fc.Arbitrary<infer One> ? One : never;

/** Sends calls of any form over HTTP. */
export interface HttpFuzz {
  /** Sends so many. @returns the calls that were answered with a fault of the service. */
  send(count: number): Promise<string[]>;
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

export function fuzzHttp(url: string, key: string, atOnce: number): HttpFuzz {
  const dispatcher = new Agent({ connections: atOnce });
  const statuses = new Map<number, number>();

  async function sendOne(one: FuzzedCall, faults: string[]): Promise<void> {
    const authorization = authorizationOf(one.credentials, key);
    const { statusCode, body: answer } = await request(url + one.path.replace(/^(?!\/)/, '/') + one.query, {
      method: one.method as 'GET',
      dispatcher,
      headers: {
        ...(authorization === '' ? {} : { authorization }),
        ...(one.type === '' ? {} : { 'content-type': one.type }),
      },
      ...(['GET', 'HEAD'].includes(one.method) ? {} : { body: one.body }),
    });
    await answer.dump();
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
    if (statusCode === 500) faults.push(JSON.stringify(one).slice(0, 500));
  }

  return {
    statuses,
    async send(count) {
      const queue = fc.sample(call, count);
      const faults: string[] = [];
      const lane = async (): Promise<void> => {
        for (let one = queue.pop(); one !== undefined; one = queue.pop()) await sendOne(one, faults);
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
      return faults;
    },
    close: () => dispatcher.close(),
  };
}
