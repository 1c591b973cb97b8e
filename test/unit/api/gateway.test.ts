import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../src/app/system-clock.js';
import { createSigningSecretUseCases } from '../../../src/task/use-cases/signing-secrets.js';
import { createMemoryStore } from '../../support/memory-store.js';
import { describe, expect, it } from 'vitest';
import { callCounts } from '../../../src/api/chain/call-counts.js';
import { callLog } from '../../../src/api/chain/call-log.js';
import { allowAnyone } from '../../../src/api/chain/authenticate.js';
import { createChain } from '../../../src/api/chain/chain.js';
import { createDrain } from '../../../src/api/drain.js';
import { createTaskService } from '../../../src/api/service/task-service.js';
import { createGateway } from '../../../src/api/http/gateway/gateway.js';
import { httpStatusOf } from '../../../src/api/http/http-error.js';
import type { HttpRequest } from '../../../src/api/http/http-types.js';
import { findRoute, routesOf } from '../../../src/api/http/gateway/route-table.js';
import { statusCode } from '../../../src/api/rpc-error.js';
import { createLogger } from '../../../src/observability/logger.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import { CallError } from '../../../src/task/call-error.js';
import { newTask } from '../../support/new-task.js';
import type { TaskUseCases } from '../../../src/task/use-cases/task-use-cases.js';

const KEY = Buffer.alloc(32);

const task = newTask({ id: 'a', requestId: null, maxAttempts: 2, nowMs: 0 });

/** A gateway on use-cases that note what they are asked for. */
function gatewayUnderTest(overrides: Partial<TaskUseCases> = {}) {
  const asked: unknown[] = [];
  const answer =
    <T>(result: T) =>
    (question: unknown) => {
      asked.push(question);
      return Promise.resolve(result);
    };
  const tasks: TaskUseCases = {
    submit: answer(task),
    get: answer(task),
    list: answer({ tasks: [task], nextPageToken: 'next' }),
    cancel: answer(task),
    watch: () => {
      throw new Error('not over HTTP');
    },
    validate: answer({ task, resolution: null }),
    details: answer({ specJson: null, diagnosticsJson: null }),
    wait: answer(task),
    preview: () => Promise.reject(new Error('not asked for here')),
    queuePlaceOf: () => Promise.resolve(null),
    retry: answer(task),
    redeliver: answer(task),
    delete: answer(undefined),
    workers: () => Promise.resolve([]),
    count: () => Promise.resolve(1),
    probe: () => Promise.reject(new Error('not asked for here')),
    acceptUpload: () => Promise.reject(new Error('not asked for here')),
    ...overrides,
  };
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    level: 'info',
    destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const drain = createDrain();
  const { calls } = createMetrics({ stats: () => Promise.reject(new Error('not asked for here')), nowMs: () => 0 });
  const chain = createChain({
    authenticate: allowAnyone,
    observers: [callCounts(calls), callLog(logger)],
    drain: drain.signal,
    monotonicMs: () => 0,
    baseUrl: () => 'http://h',
    wasCut: () => false,
  });
  const gateway = createGateway({
    service: createTaskService({
      tasks,
      urlKeys: { rotate: () => Promise.resolve(null), current: () => KEY },
      secrets: createSigningSecretUseCases({
        store: createMemoryStore({ nowMs: () => 0 }),
        clock: systemClock,
        randomBytes,
      }),
      sign: () => '',
      facts: { fonts: [], fontFiles: [], maxInputPixels: 1 },
      drain: new AbortController().signal,
      monotonicMs: () => 0,
    }),
    chain,
    markSlowReader: () => undefined,
  });
  const send = async (method: string, target: string, body: string | Buffer | null = null) => {
    const [path = '', query = ''] = target.split('?');
    const request: HttpRequest = {
      method,
      path,
      query,
      headers: {},
      body: body === null ? null : Buffer.from(body),
      peer: 'test',
      signal: new AbortController().signal,
    };
    const response = await gateway.answer(request);
    const text = response.body.kind === 'text' ? response.body.text : '';
    return { ...response, json: JSON.parse(text) as Record<string, unknown> };
  };
  return { send, asked, lines, drain };
}

it('the route table is made from the proto', () => {
  const routes = routesOf('cutroom.v1.TaskService').map(
    (route) => `${route.httpMethod} ${route.rpc.name} ${route.hasBody ? 'body' : 'no body'}`,
  );
  expect(routes).toEqual([
    'POST SubmitTask body',
    'GET GetTask no body',
    'GET WatchTask no body',
    'GET ListTasks no body',
    'POST CancelTask body',
    'POST RetryTask body',
    'POST RedeliverEvents body',
    'DELETE DeleteTask no body',
    'GET GetCapabilities no body',
    'POST ProbeMedia body',
    'POST CreateApiKey body',
    'GET ListApiKeys no body',
    'POST RevokeApiKey body',
    'POST CreateSigningSecret body',
    'GET ListSigningSecrets no body',
    'POST RevokeSigningSecret body',
    'POST RotateUrlKey body',
  ]);
  expect(findRoute(routesOf('cutroom.v1.TaskService'), 'GET', '/v1/tasks/a:watch')).toMatchObject({
    kind: 'found',
    variables: { name: 'tasks/a' },
    route: { rpc: { name: 'WatchTask' } },
  });
});

describe('the JSON gateway', () => {
  it('reads path and query into the request of the RPC, by proto or JSON names', async () => {
    const { send, asked } = gatewayUnderTest();
    expect(await send('GET', '/v1/tasks/a')).toMatchObject({ status: 200, json: { name: 'tasks/a', progress: 0 } });
    await send('GET', '/v1/tasks?page_size=7&page_token=t%26u');
    await send('GET', '/v1/tasks?pageSize=8&pageToken=a+b');
    await send('HEAD', '/v1/tasks');
    expect(asked).toMatchObject([
      { tenant: 'default', id: 'a' },
      { tenant: 'default', pageSize: 7, pageToken: 't&u', filter: '', orderBy: '' },
      { tenant: 'default', pageSize: 8, pageToken: 'a b', filter: '', orderBy: '' },
      { tenant: 'default', pageSize: 0, pageToken: '', filter: '', orderBy: '' },
    ]);
  });

  it('reads a body into the request, in which the name of the path wins', async () => {
    const { send, asked } = gatewayUnderTest();
    await send('POST', '/v1/tasks/a:cancel', '{"name":"tasks/b"}');
    await send('POST', '/v1/tasks/a:cancel', '');
    await send('POST', '/v1/tasks/a:cancel');
    expect(asked).toEqual([
      { tenant: 'default', id: 'a' },
      { tenant: 'default', id: 'a' },
      { tenant: 'default', id: 'a' },
    ]);
  });

  it.each([
    ['{"spec":', /^body: /],
    ['[]', /body: must be a JSON object/],
    ['null', /body: must be a JSON object/],
  ])('refuses the body %.40s as the fault of the request, and logs it as one', async (body, message) => {
    const { send, asked, lines } = gatewayUnderTest();
    const response = await send('POST', '/v1/tasks', body);
    expect(response).toMatchObject({
      status: 400,
      json: { code: 3, details: [{ reason: 'INVALID_REQUEST' }, { fieldViolations: [{ field: 'body' }] }] },
    });
    expect(response.json.message).toMatch(message);
    expect(asked).toEqual([]);
    expect(lines).toMatchObject([{ method: 'SubmitTask', code: 'INVALID_ARGUMENT' }]);
  });

  const violationsOf = (json: Record<string, unknown>) =>
    (json.details as { fieldViolations?: { field: string; description: string }[] }[])[1]?.fieldViolations;

  it('refuses a body with every field at fault, the allowed values and the nearest name', async () => {
    const { send, asked, lines } = gatewayUnderTest();
    const spec = {
      montage: {
        materials: [{ uri: 5 }, { url: 'b.mp4' }],
        longestClp: '2s',
        longest_clip: '5',
        fit: true,
        aspectRatio: 'FIT_NO',
        transition: { kind: 'CROSSFADE' },
        resolution: 'x'.repeat(10_000),
        subtitles: { uri: 'a.srt', cues: {} },
      },
    };
    const { status, json } = await send(
      'POST',
      '/v1/tasks',
      JSON.stringify({ spec, validateOnli: true, labels: { a: 1 } }),
    );
    expect(status).toBe(400);
    const kinds =
      'KIND_CUT, KIND_CROSS_FADE, KIND_FADE_IN, KIND_FADE_OUT, KIND_SLIDE_IN, KIND_SLIDE_OUT, KIND_ZOOM_IN, KIND_ZOOM_OUT, KIND_SHUFFLE';
    expect(violationsOf(json)?.map(({ field, description }) => `${field} ${description}`)).toEqual([
      'spec.montage.materials[0].uri must be text in quotes, not 5',
      'spec.montage.materials[1].url is not a field here; did you mean uri?',
      'spec.montage.longestClp is not a field here; did you mean longestClip?',
      'spec.montage.longest_clip must be a duration in seconds such as "1.5s", not "5"',
      'spec.montage.fit must be one of FIT_COVER, FIT_CONTAIN, FIT_FILL, FIT_NONE, FIT_SCALE_DOWN, FIT_CONTAIN_BLUR, not true',
      'spec.montage.aspect_ratio must be one of ASPECT_RATIO_9_16, ASPECT_RATIO_16_9, ASPECT_RATIO_1_1, not "FIT_NO"',
      `spec.montage.transition.kind must be one of ${kinds}, not "CROSSFADE"; did you mean KIND_CROSS_FADE?`,
      `spec.montage.resolution must be a whole number from -2147483648 to 2147483647, not "${'x'.repeat(62)}…`,
      'spec.montage.subtitles.cues must not be set together with uri',
      'validateOnli is not a field here; did you mean validateOnly?',
      'labels["a"] must be text in quotes, not 1',
    ]);
    expect(asked).toEqual([]);
    expect(lines).toMatchObject([{ method: 'SubmitTask', code: 'INVALID_ARGUMENT' }]);
  });

  it('names the field of a value that only its own range refuses', async () => {
    const { send } = gatewayUnderTest();
    const body = `{
      "spec": {"montage": {"materials": [{"uri": "a.mp4"}, {"uri": "\\ud800.mp4"}], "longestClip": "999999999999999s", "music": {"gainDb": 1e400}}},
      "labels": {"\\udfff": "x"},
      "timeouts": {"queue": "-315576000001s"}
    }`;
    const { status, json } = await send('POST', '/v1/tasks', body);
    expect(status).toBe(400);
    expect(violationsOf(json)?.map(({ field, description }) => `${field} ${description}`)).toEqual([
      'spec.montage.materials[1].uri must be Unicode text: "\\ud800.mp4" has half of a surrogate pair',
      'spec.montage.longest_clip must be a duration of at most 315576000000 s, not "999999999999999s"',
      'spec.montage.music.gain_db must be a number, not one beyond the range of a double',
      'labels["\\udfff"] must be Unicode text: "\\udfff" has half of a surrogate pair',
      'timeouts.queue must be a duration of at most 315576000000 s, not "-315576000001s"',
    ]);
  });

  it('ignores unknown names for a caller who asks for it, except names of enum values', async () => {
    const { send, asked } = gatewayUnderTest();
    const spec = { montage: { materials: [{ uri: 'a.mp4', nonsense: 1 }] } };
    const lenient = '$alt=json%3Bignore-unknown%3Benum-encoding%3Dint';
    expect(await send('POST', `/v1/tasks?${lenient}&utm=x`, JSON.stringify({ spec, nonsense: {} }))).toMatchObject({
      status: 200,
      json: { state: 2 },
    });
    await send('GET', `/v1/tasks?${lenient}&page_size=7&utm_source=x&name.x=1&__proto__=1`);
    expect(asked).toHaveLength(2);
    const { json } = await send('POST', `/v1/tasks?${lenient}`, '{"spec":{"montage":{"fit":"FIT_COVR"}}}');
    expect(violationsOf(json)).toMatchObject([{ field: 'spec.montage.fit' }]);
  });

  it.each([
    ['/v1/tasks?page_siz=7&utm_source=x', ['page_siz', 'utm_source']],
    ['/v1/tasks?__proto__=1&page_size.x=1&a.b=2', ['__proto__', 'page_size.x', 'a.b']],
    ['/v1/tasks?page_size=many', ['page_size']],
    ['/v1/tasks?page_size=1.5', ['page_size']],
    ['/v1/tasks/a?view=NO', ['view']],
  ])('names each query name or value at fault: %s', async (target, fields) => {
    const { send, asked } = gatewayUnderTest();
    const { status, json } = await send('GET', target);
    expect(status).toBe(400);
    expect(violationsOf(json)?.map(({ field }) => field)).toEqual(fields);
    expect(asked).toEqual([]);
  });

  it('refuses a query beside a body', async () => {
    const { send, asked } = gatewayUnderTest();
    const { status, json } = await send('POST', '/v1/tasks?validateOnly=true', '{"spec":{"montage":{}}}');
    expect(status).toBe(400);
    expect(violationsOf(json)).toMatchObject([{ field: 'validateOnly' }]);
    expect(asked).toEqual([]);
  });

  it.each(['json;enum-encoding=text', 'xml', 'json;ignore-unknown;ignore-unknown'])('refuses $alt=%s', async (alt) => {
    const { send } = gatewayUnderTest();
    expect(await send('GET', `/v1/tasks?$alt=${encodeURIComponent(alt)}`)).toMatchObject({ status: 400 });
  });

  it('refuses a body in another encoding than UTF-8', async () => {
    const { send, asked } = gatewayUnderTest();
    const body = Buffer.concat([Buffer.from('{"requestId":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(await send('POST', '/v1/tasks', body)).toMatchObject({ status: 400, json: { code: 3 } });
    expect(asked).toEqual([]);
  });

  it.each(['page_size=1&pageSize=2', 'page_token=%zz'])('refuses a query that cannot be read: %s', async (query) => {
    const response = await gatewayUnderTest().send('GET', `/v1/tasks?${query}`);
    expect(response).toMatchObject({
      status: 400,
      json: { details: [{}, { fieldViolations: [{ field: 'query' }] }] },
    });
  });
});

describe('a path without a route', () => {
  it('is answered with 404, and with 405 and the allowed methods where it takes another method', async () => {
    const { send, lines } = gatewayUnderTest();
    expect(await send('GET', '/v1/nothing')).toMatchObject({ status: 404, json: { code: 5, details: [] } });
    expect(await send('DELETE', '/v1/tasks')).toMatchObject({ status: 405, headers: { allow: 'POST, GET, HEAD' } });
    expect(await send('GET', '/v1/tasks/a:cancel')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(lines).toEqual([]);
  });
});

describe('an error of the JSON gateway', () => {
  it('has the body and the HTTP status of grpc-gateway, and all its details', async () => {
    const violations = Array.from({ length: 1_000 }, (_, i) => ({ field: `f[${i}]`, description: 'is wrong' }));
    const { send } = gatewayUnderTest({
      submit: () => Promise.reject(new CallError({ reason: 'INVALID_REQUEST', violations })),
    });
    const { status, json } = await send('POST', '/v1/tasks', '{}');
    expect([status, json.code]).toEqual([400, 3]);
    expect((json.details as { fieldViolations?: unknown[] }[])[1]!.fieldViolations).toHaveLength(101);
  });

  it('is written to the log alone when the service is at fault', async () => {
    const { send, lines } = gatewayUnderTest({ get: () => Promise.reject(new Error('the secret')) });
    const response = await send('GET', '/v1/tasks/a');
    expect(response).toMatchObject({ status: 500, json: { code: 13, details: [{ reason: 'INTERNAL' }] } });
    expect(JSON.stringify(response.json)).not.toContain('secret');
    expect(lines).toMatchObject([{ code: 'INTERNAL', err: { message: 'the secret' } }]);
  });

  it('asks the caller to come back while the server drains', async () => {
    const { send, drain } = gatewayUnderTest();
    drain.begin();
    expect(await send('GET', '/v1/tasks/a')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { code: 14 },
    });
  });
});

it('the HTTP status is defined for every gRPC code, and is 200 for OK alone', () => {
  const statuses = Array.from({ length: 17 }, (_, code) => httpStatusOf(statusCode(code)));
  expect(statuses).toEqual([200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401]);
});
