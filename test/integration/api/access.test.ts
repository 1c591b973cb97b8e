import { Client, credentials as channelCredentials, Metadata, status as Code, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SubmitTaskRequest, TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import { createHealth } from '../../../src/api/grpc/health.js';
import { createReflection } from '../../../src/api/grpc/reflection.js';
import type { MethodKey, RequestOf } from '../../../src/api/service/method.js';
import type { ListedRoute } from '../../../src/api/http/router.js';
import { type Access, type Scope, SCOPES } from '../../../src/task/caller.js';
import { authenticated, storeKey } from '../../support/api-keys.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';
import { type StoredState, storeTask } from './stored-task.js';

/** The credentials that each method and route is called with. */
type Shown = 'none' | 'bad' | 'expired' | 'revoked' | 'other tenant' | 'missing scope' | 'right';
const REFUSED: readonly Shown[] = ['none', 'bad', 'expired', 'revoked'];

let under: ApiUnderTest;
let grpc: Client;
let anyKey: { text: string; id: string };
beforeAll(async () => {
  under = await startApiUnderTest({ withStore: (store) => authenticated(store) });
  grpc = new Client(under.grpcAddress, channelCredentials.createInsecure());
  anyKey = await storeKey(under.store);
});
afterAll(async () => {
  grpc.close();
  await under.stop();
});

/** The text of a key of that kind; undefined: no credentials. */
async function credentials(shown: Shown, access: Access): Promise<string | undefined> {
  const needed: Scope[] = access === 'open' || access === 'identified' ? [] : [access];
  const { store } = under;
  switch (shown) {
    case 'none':
      return undefined;
    case 'bad': {
      const { text } = await storeKey(store);
      return text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
    }
    case 'expired':
      return (await storeKey(store, { expireTimeMs: Date.now() - 1 })).text;
    case 'revoked': {
      const { text, id } = await storeKey(store);
      await store.revokeApiKey(id, Date.now());
      return text;
    }
    case 'other tenant':
      return (await storeKey(store, { tenant: 'other', scopes: needed })).text;
    case 'missing scope':
      return (await storeKey(store, { scopes: SCOPES.filter((scope) => !needed.includes(scope)) })).text;
    case 'right':
      return (await storeKey(store, { scopes: needed })).text;
  }
}

const stored = (state: StoredState) => storeTask(under, state);

const SPEC = { kind: { $case: 'montage' as const, value: { materials: [{ uri: 'a.mp4' }] } } };
const named = async (state: StoredState) => `tasks/${(await stored(state)).id}`;

/** A request for each RPC that a caller with its scope may make: a missing one does not compile. `foreign`: what another tenant gets. */
const RPCS: {
  readonly [Key in MethodKey]: {
    readonly request: () => Promise<Partial<RequestOf<Key>>>;
    readonly right: Code;
    readonly foreign: Code;
  };
} = {
  submitTask: {
    request: () => Promise.resolve(SubmitTaskRequest.fromPartial({ spec: SPEC })),
    right: Code.OK,
    foreign: Code.OK,
  },
  getTask: { request: async () => ({ name: await named('QUEUED') }), right: Code.OK, foreign: Code.NOT_FOUND },
  watchTask: { request: async () => ({ name: await named('SUCCEEDED') }), right: Code.OK, foreign: Code.NOT_FOUND },
  listTasks: { request: () => Promise.resolve({}), right: Code.OK, foreign: Code.OK },
  cancelTask: { request: async () => ({ name: await named('QUEUED') }), right: Code.OK, foreign: Code.NOT_FOUND },
  retryTask: { request: async () => ({ name: await named('FAILED') }), right: Code.OK, foreign: Code.NOT_FOUND },
  deleteTask: { request: async () => ({ name: await named('SUCCEEDED') }), right: Code.OK, foreign: Code.NOT_FOUND },
  getCapabilities: { request: () => Promise.resolve({}), right: Code.OK, foreign: Code.OK },
  // This server has no ffmpeg: that it says so shows that the caller was let in.
  probeMedia: {
    request: () => Promise.resolve({ uri: 'a.mp4' }),
    right: Code.UNIMPLEMENTED,
    foreign: Code.UNIMPLEMENTED,
  },
  createApiKey: { request: () => Promise.resolve({}), right: Code.INVALID_ARGUMENT, foreign: Code.INVALID_ARGUMENT },
  // Keys of all tenants are an admin's to see, whatever its own tenant is.
  listApiKeys: { request: () => Promise.resolve({}), right: Code.OK, foreign: Code.OK },
  revokeApiKey: {
    request: async () => ({ name: `apiKeys/${(await storeKey(under.store)).id}` }),
    right: Code.OK,
    foreign: Code.OK,
  },
  redeliverEvents: { request: async () => ({ name: await named('FAILED') }), right: Code.OK, foreign: Code.NOT_FOUND },
  createSigningSecret: {
    request: () => Promise.resolve({}),
    right: Code.INVALID_ARGUMENT,
    foreign: Code.INVALID_ARGUMENT,
  },
  listSigningSecrets: { request: () => Promise.resolve({}), right: Code.OK, foreign: Code.OK },
  rotateUrlKey: {
    request: () => Promise.resolve({ endOldKeys: true }),
    right: Code.OK,
    foreign: Code.OK,
  },
  revokeSigningSecret: {
    request: async () => ({
      name: `signingSecrets/${(await under.secrets.create({ name: 'one', tenant: 'acme' })).id}`,
    }),
    right: Code.OK,
    foreign: Code.OK,
  },
};

interface GrpcAnswer {
  readonly code: Code;
  readonly details: string;
  readonly info: string;
}

/** Calls any method by its path; of a stream the end counts. */
function callGrpc(path: string, isStream: boolean, request: Uint8Array, key: string | undefined): Promise<GrpcAnswer> {
  const metadata = new Metadata();
  if (key !== undefined) metadata.set('authorization', `Bearer ${key}`);
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    const end = (error: ServiceError | null) => {
      const info =
        error?.metadata
          .get('grpc-status-details-bin')
          .map((bytes) => bytes.toString('latin1'))
          .join() ?? '';
      resolve({ code: error?.code ?? Code.OK, details: error?.details ?? '', info });
    };
    if (!isStream) {
      grpc.makeUnaryRequest(path, same, same, Buffer.from(request), metadata, end);
      return;
    }
    const call = grpc.makeBidiStreamRequest(path, same, same, metadata);
    call.on('data', () => {
      // A health watch never ends by itself; one message shows that its caller was let in.
      if (!path.includes('cutroom')) call.cancel();
    });
    call.on('end', () => {
      end(null);
    });
    call.on('error', (error: ServiceError) => {
      end(error.code === Code.CANCELLED ? null : error);
    });
    call.write(Buffer.from(request));
    call.end();
  });
}

function expectRefusal(shown: Shown, access: Access, { code, details, info }: GrpcAnswer): void {
  if (REFUSED.includes(shown)) {
    expect(Code[code]).toBe('UNAUTHENTICATED');
    // The same words, whatever was wrong.
    expect(details).toBe('valid credentials are needed: an API key or a token, as `Authorization: Bearer KEY`');
  } else {
    expect(Code[code]).toBe('PERMISSION_DENIED');
    expect(details).toContain(access);
    expect(info).toContain(access);
  }
}

const KINDS: readonly Shown[] = [...REFUSED, 'other tenant', 'missing scope', 'right'];

describe('each RPC of the proto', () => {
  const methods = Object.entries(TaskServiceDefinition.methods) as [
    MethodKey,
    (typeof TaskServiceDefinition)['methods'][MethodKey],
  ][];
  const scopeOf = (key: MethodKey) =>
    under.api.routes.find((route) => nameOf(route) === ROUTE_OF[key])?.access as Scope;
  it.each(methods.flatMap(([key, method]) => KINDS.map((shown) => [key, shown, method] as const)))(
    '%s answers a caller with credentials of the kind "%s" as it must',
    async (key, shown, { name, requestType, responseStream }) => {
      const access = scopeOf(key);
      expect(SCOPES).toContain(access);
      const { request, right, foreign } = RPCS[key];
      const bytes = requestType.encode(requestType.fromPartial(await request()) as never).finish();
      const path = `/${TaskServiceDefinition.fullName}/${name}`;
      const answer = await callGrpc(path, responseStream, bytes, await credentials(shown, access));
      if (shown === 'right') expect(Code[answer.code]).toBe(Code[right]);
      else if (shown === 'other tenant') expect(Code[answer.code]).toBe(Code[foreign]);
      else expectRefusal(shown, access, answer);
    },
  );
});

it('a caller that may submit but not read has events delivered again, and sees no output', async () => {
  const name = await named('SUCCEEDED');
  const redeliver = async (scopes: readonly Scope[]) => {
    const { text } = await storeKey(under.store, { scopes });
    const headers = { authorization: `Bearer ${text}`, 'content-type': 'application/json' };
    const answer = await fetch(`${under.httpUrl}/v1/${name}:redeliver`, { method: 'POST', headers, body: '{}' });
    return (await answer.json()) as { state: string; outputs: unknown[]; videos: unknown[] };
  };
  expect(await redeliver(['tasks.submit'])).toMatchObject({ state: 'SUCCEEDED', outputs: [], videos: [] });
  expect((await redeliver(['tasks.submit', 'tasks.read'])).outputs).toHaveLength(1);
});

describe('the services beside it', () => {
  const health = createHealth([]);
  const beside = [...health.services, ...createReflection(health.services)].flatMap(({ definition }) =>
    Object.values(definition).map(({ path, responseStream }) => ({ path, isStream: responseStream })),
  );
  it.each(beside)('$path is open if it is health, and asks for credentials else', async ({ path, isStream }) => {
    const isHealth = path.startsWith('/grpc.health.');
    // ListServices of reflection; for health an unknown field.
    const request = Buffer.from([0x3a, 0x00]);
    for (const shown of [...REFUSED, 'right'] as const) {
      const { code } = await callGrpc(
        path,
        isStream,
        isHealth ? Buffer.alloc(0) : request,
        await credentials(shown, 'identified'),
      );
      expect(Code[code], shown).toBe(isHealth || shown === 'right' ? 'OK' : 'UNAUTHENTICATED');
    }
  });
});

/** The route by which an RPC is declared: the scope of both is the same value. */
const ROUTE_OF: { readonly [Key in MethodKey]: string } = {
  submitTask: 'POST /v1/tasks',
  getTask: 'GET /v1/{name=tasks/*}',
  watchTask: 'GET /v1/{name=tasks/*}:watch',
  listTasks: 'GET /v1/tasks',
  cancelTask: 'POST /v1/{name=tasks/*}:cancel',
  retryTask: 'POST /v1/{name=tasks/*}:retry',
  deleteTask: 'DELETE /v1/{name=tasks/*}',
  getCapabilities: 'GET /v1/capabilities',
  probeMedia: 'POST /v1/media:probe',
  redeliverEvents: 'POST /v1/{name=tasks/*}:redeliver',
  createSigningSecret: 'POST /v1/signingSecrets',
  listSigningSecrets: 'GET /v1/signingSecrets',
  revokeSigningSecret: 'POST /v1/{name=signingSecrets/*}:revoke',
  rotateUrlKey: 'POST /v1/urlKeys:rotate',
  createApiKey: 'POST /v1/apiKeys',
  listApiKeys: 'GET /v1/apiKeys',
  revokeApiKey: 'POST /v1/{name=apiKeys/*}:revoke',
};

interface RouteExample {
  /** The path to call. Default: that of the route. */
  readonly path?: () => Promise<string>;
  readonly body?: string;
  readonly right: number;
  /** What another tenant gets. Default: the same. */
  readonly foreign?: number;
}

const task = (state: StoredState, wrap: (id: string) => string) => async () => wrap((await stored(state)).id);
const form = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.mp3"\r\n\r\nx\r\n--b--\r\n';

/** A call of each route. */
const ROUTES: Readonly<Record<string, RouteExample>> = {
  'POST /v1/tasks': { body: '{"spec": {"montage": {"materials": [{"uri": "a.mp4"}]}}}', right: 200 },
  'GET /v1/tasks': { right: 200 },
  'GET /v1/{name=tasks/*}': { path: task('QUEUED', (id) => `/v1/tasks/${id}`), right: 200, foreign: 404 },
  'GET /v1/{name=tasks/*}:watch': {
    path: task('SUCCEEDED', (id) => `/v1/tasks/${id}:watch`),
    right: 200,
    foreign: 404,
  },
  'POST /v1/{name=tasks/*}:cancel': {
    path: task('QUEUED', (id) => `/v1/tasks/${id}:cancel`),
    body: '{}',
    right: 200,
    foreign: 404,
  },
  'POST /v1/{name=tasks/*}:retry': {
    path: task('FAILED', (id) => `/v1/tasks/${id}:retry`),
    body: '{}',
    right: 200,
    foreign: 404,
  },
  'DELETE /v1/{name=tasks/*}': { path: task('SUCCEEDED', (id) => `/v1/tasks/${id}`), right: 200, foreign: 404 },
  'GET /v1/capabilities': { right: 200 },
  'POST /v1/media:probe': { body: '{"uri": "a.mp4"}', right: 501 },
  'POST /v1/{name=tasks/*}:redeliver': {
    path: task('FAILED', (id) => `/v1/tasks/${id}:redeliver`),
    body: '{}',
    right: 200,
    foreign: 404,
  },
  'POST /v1/signingSecrets': { body: '{}', right: 400 },
  'GET /v1/signingSecrets': { right: 200 },
  'POST /v1/{name=signingSecrets/*}:revoke': {
    path: async () => `/v1/signingSecrets/${(await under.secrets.create({ name: 'one', tenant: 'acme' })).id}:revoke`,
    body: '{}',
    right: 200,
  },
  'POST /v1/urlKeys:rotate': { body: '{"endOldKeys":true}', right: 200 },
  'POST /v1/apiKeys': { body: '{}', right: 400 },
  'GET /v1/apiKeys': { right: 200 },
  'POST /v1/{name=apiKeys/*}:revoke': {
    path: async () => `/v1/apiKeys/${(await storeKey(under.store)).id}:revoke`,
    body: '{}',
    right: 200,
  },
  'GET /v1/tasks/{task}/preview.jpg': {
    path: task('RUNNING', (id) => `/v1/tasks/${id}/preview.jpg`),
    right: 200,
    foreign: 404,
  },
  'GET /tasks/{task}/{file}': { path: task('SUCCEEDED', (id) => `/tasks/${id}/final-1.mp4`), right: 200, foreign: 404 },
  // It wants more than that; that it says so shows that the caller was let in.
  'POST /api/v1/videos': { body: '{}', right: 400 },
  'GET /api/v1/tasks': { right: 200 },
  'GET /api/v1/tasks/{id}': { path: task('QUEUED', (id) => `/api/v1/tasks/${id}`), right: 200, foreign: 404 },
  'DELETE /api/v1/tasks/{id}': { path: task('SUCCEEDED', (id) => `/api/v1/tasks/${id}`), right: 200, foreign: 404 },
  'GET /api/v1/musics': { right: 200 },
  'GET /api/v1/video_materials': { right: 200 },
  'POST /api/v1/musics': { body: form, right: 501 },
  'POST /api/v1/video_materials': { body: form, right: 501 },
  'DELETE /api/v1/musics/{file}': { path: () => Promise.resolve('/api/v1/musics/a.mp3'), right: 404 },
  'DELETE /api/v1/video_materials/{file}': { path: () => Promise.resolve('/api/v1/video_materials/a.mp4'), right: 404 },
  'GET /api/v1/stream/{task}/{file}': {
    path: task('SUCCEEDED', (id) => `/api/v1/stream/${id}/final-1.mp4`),
    right: 200,
    foreign: 404,
  },
  'GET /api/v1/download/{task}/{file}': {
    path: task('SUCCEEDED', (id) => `/api/v1/download/${id}/final-1.mp4`),
    right: 200,
    foreign: 404,
  },
  'POST /api/v1/scripts': { right: 501 },
  'POST /api/v1/terms': { right: 501 },
  'POST /api/v1/subtitle': { right: 501 },
  'POST /api/v1/audio': { right: 501 },
  'POST /api/v1/social-metadata': { right: 501 },
  'GET /api/v1/ping': { right: 200 },
  'GET /ping': { right: 200 },
  'GET /docs': { right: 200 },
  'GET /healthz': { right: 200 },
  'GET /readyz': { right: 200 },
  'GET /metrics': { right: 200 },
  'GET /openapi.json': { right: 200 },
  'GET /schema/render-spec.json': { right: 200 },
};

const nameOf = ({ method, template }: ListedRoute) => `${method} ${template}`;

async function callHttp(route: ListedRoute, header: Record<string, string>): Promise<Response> {
  const { path, body } = ROUTES[nameOf(route)]!;
  const type = body?.startsWith('--b') ? 'multipart/form-data; boundary=b' : 'application/json';
  return fetch(under.httpUrl + (path ? await path() : route.template), {
    method: route.method,
    headers: { 'content-type': type, ...header },
    ...(body === undefined ? {} : { body }),
  });
}

describe('each HTTP route', () => {
  it('has an example here, and there is no example without a route', () => {
    expect(under.api.routes.map(nameOf).sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it.each(Object.keys(ROUTES).flatMap((name) => KINDS.map((shown) => [name, shown] as const)))(
    '%s answers a caller with credentials of the kind "%s" as it must',
    async (name, shown) => {
      const route = under.api.routes.find((of) => nameOf(of) === name)!;
      const { access } = route;
      const { right, foreign = right } = ROUTES[name]!;
      const key = await credentials(shown, access);
      const answers = await Promise.all(
        (key === undefined ? [{}] : [{ authorization: `Bearer ${key}` }, { 'x-api-key': key }]).map((header) =>
          callHttp(route, header as Record<string, string>),
        ),
      );
      for (const answer of answers) {
        const text = await answer.text();
        if (access === 'open' || shown === 'right') expect(answer.status, text).toBe(right);
        else if (REFUSED.includes(shown)) {
          expect(answer.status, text).toBe(401);
          expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="cutroom"');
        } else if (shown === 'other tenant') expect(answer.status, text).toBe(foreign);
        else if (access === 'identified') expect(answer.status, text).toBe(right);
        else {
          expect(answer.status, text).toBe(403);
          expect(answer.headers.get('www-authenticate')).toContain(`scope="${access}"`);
          expect(text).toContain(access);
        }
      }
    },
  );

  it('opens nothing but health, pages and refusals to all', () => {
    const open = under.api.routes.filter(({ access }) => access === 'open').map(nameOf);
    expect(open.filter((name) => ROUTES[name]!.right !== 501).sort()).toEqual(
      ['GET /api/v1/ping', 'GET /docs', 'GET /healthz', 'GET /ping', 'GET /readyz'].sort(),
    );
  });
});

describe('lists', () => {
  it('show nothing of another tenant', async () => {
    const { id } = await stored('SUCCEEDED');
    const other = await storeKey(under.store, { tenant: 'empty' });
    const headers = { authorization: `Bearer ${other.text}` };
    for (const path of ['/v1/tasks', '/api/v1/tasks', '/api/v1/musics']) {
      const text = await (await fetch(under.httpUrl + path, { headers })).text();
      expect(text).not.toContain(id);
      expect(text).not.toContain(anyKey.id);
    }
  });
});
