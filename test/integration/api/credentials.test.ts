import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { ChannelCredentials, createChannel, createClient, Metadata, Status } from 'nice-grpc';
import { Agent, fetch as fetchBy } from 'undici';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TaskServiceDefinition, TaskView } from '../../../generated/cutroom/v1/task_service.js';
import { openServerTls } from '../../../src/api/tls/server-tls.js';
import type { AuthSettings } from '../../../src/config/auth.js';
import { createLogger } from '../../../src/observability/logger.js';
import { type Scope, SCOPES } from '../../../src/task/caller.js';
import { authenticated, KEYS_ONLY, storeKey } from '../../support/api-keys.js';
import { createAuthority, type TestAuthority } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';
import { newTask } from '../../support/new-task.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

/** The promise: a revocation, or an expiry, takes effect within so long. */
const PROMISE_MS = 5_000;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function started(settings: AuthSettings, more: Parameters<typeof startApiUnderTest>[0] = {}) {
  const api = await startApiUnderTest({ ...more, withStore: (store) => authenticated(store, settings) });
  ends.push(() => api.stop());
  return api;
}

const statusFor = async (api: ApiUnderTest, token: string, at = '/v1/tasks') =>
  (await fetch(api.httpUrl + at, { headers: { authorization: `Bearer ${token}` } })).status;

async function storedTask(api: ApiUnderTest, id: string): Promise<string> {
  const spec = {
    montage: {
      materials: [
        { uri: 'https://user:word@media.example/a.mp4?X-Signature=secret#part' },
        { uri: 'a.mp4' },
        { uri: 'HTTPS://media.example/b.mp4' },
      ],
    },
  };
  await api.store.insert(newTask({ id, tenant: 'acme', nowMs: Date.now() }), JSON.stringify(spec));
  return `tasks/${id}`;
}

describe('credentials that end while a call is open', () => {
  const open = async (api: ApiUnderTest, key: string, name: string) => {
    const channel = createChannel(api.grpcAddress, ChannelCredentials.createInsecure());
    ends.push(() => {
      channel.close();
    });
    const client = createClient(TaskServiceDefinition, channel);
    const metadata = Metadata({ authorization: `Bearer ${key}` });
    const headers = { authorization: `Bearer ${key}` };
    const watching = (async () => {
      for await (const event of client.watchTask({ name }, { metadata })) expect(event).toBeDefined();
    })();
    const polling = client.getTask(
      { name, waitForRevisionAfter: 1n, waitTimeout: { seconds: 60n, nanos: 0 } },
      { metadata },
    );
    const lines = fetch(`${api.httpUrl}/v1/${name}:watch`, { headers });
    const sse = fetch(`${api.httpUrl}/v1/${name}:watch`, { headers: { ...headers, accept: 'text/event-stream' } });
    const httpPoll = fetch(`${api.httpUrl}/v1/${name}?waitForRevisionAfter=1&waitTimeout=60s`, { headers });
    const codes = [watching, polling].map((call) =>
      call.then(
        () => 'OK',
        (error: unknown) => Status[(error as { code: Status }).code],
      ),
    );
    const texts = [lines, sse].map(async (answer) => (await answer).text());
    // All of them are open.
    expect([(await lines).status, (await sse).status]).toEqual([200, 200]);
    // An object, so that who waits for it does not wait for the ends.
    return { ends: Promise.all([...codes, ...texts, httpPoll.then((answer) => String(answer.status))]) };
  };

  it.each(['revoked', 'expired'])('ends streams, server-sent events and long polls once they are %s', async (how) => {
    const api = await started(KEYS_ONLY);
    const name = await storedTask(api, 'watched');
    const expireTimeMs = how === 'expired' ? Date.now() + 1_500 : null;
    const { text, id } = await storeKey(api.store, { expireTimeMs });
    const kept = await storeKey(api.store);
    const [all, other] = [await open(api, text, name), await open(api, kept.text, name)];
    if (how === 'revoked') await api.store.revokeApiKey(id, Date.now());
    const fromMs = how === 'revoked' ? Date.now() : expireTimeMs!;
    const [watch, poll, lines, sse, httpPoll] = await all.ends;
    expect(Date.now() - fromMs).toBeLessThan(PROMISE_MS);
    expect([watch, poll, httpPoll]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', '401']);
    expect(lines).toContain('{"error":{"code":16');
    expect(sse).toContain(': valid credentials are needed');
    expect(await statusFor(api, text)).toBe(401);
    // Those of others go on, until their own end.
    await api.store.revokeApiKey(kept.id, Date.now());
    expect((await other.ends)[0]).toBe('UNAUTHENTICATED');
  });
});

describe('the full view of a task', () => {
  it('lacks the queries and users of URLs without the scope tasks.read_full', async () => {
    const api = await started(KEYS_ONLY);
    const name = await storedTask(api, 'full');
    const view = async (scopes: readonly Scope[]) => {
      const { text } = await storeKey(api.store, { scopes });
      const headers = { authorization: `Bearer ${text}` };
      return (await fetch(`${api.httpUrl}/v1/${name}?view=${TaskView.TASK_VIEW_FULL}`, { headers })).text();
    };
    const redacted = await view(['tasks.read']);
    expect(redacted).toContain('"https://media.example/a.mp4?redacted"');
    expect(redacted).toContain('"HTTPS://media.example/b.mp4"');
    expect(redacted).not.toMatch(/secret|word/);
    expect(await view(['tasks.read', 'tasks.read_full'])).toContain('X-Signature=secret');
  });
});

describe('the bootstrap key', () => {
  it('manages keys and does nothing else', async () => {
    const text = 'bootstrap-0123456789-0123456789-0123456789';
    const api = await started({ ...KEYS_ONLY, bootstrapKey: { text } });
    expect(await statusFor(api, text, '/v1/apiKeys')).toBe(200);
    expect(await statusFor(api, text)).toBe(403);
    expect(await statusFor(api, `${text}x`, '/v1/apiKeys')).toBe(401);
    const body = { apiKey: { displayName: 'first', tenant: 'acme', scopes: ['tasks.read'] } };
    const made = await fetch(`${api.httpUrl}/v1/apiKeys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${text}` },
      body: JSON.stringify(body),
    });
    const { key } = (await made.json()) as { key: string };
    expect(await statusFor(api, key)).toBe(200);
    const stored = JSON.stringify(await api.store.apiKeys({ tenant: null, afterId: null, limit: 10 }));
    expect(stored).not.toContain(key.slice(-48));
    expect(api.log.map((line) => JSON.stringify(line)).join('')).not.toContain(key.slice(-48));
    expect(api.log.find(({ method, tenant }) => method === 'ListTasks' && tenant === 'acme')).toBeDefined();
  });
});

describe('tokens', () => {
  let issuer: Server;
  let url: string;
  let keys: JWK[] = [];
  let isDown = false;
  beforeAll(async () => {
    issuer = createServer((_, response) => response.writeHead(isDown ? 500 : 200).end(JSON.stringify({ keys })));
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => issuer.close());

  const settings = (more: object = {}): AuthSettings => ({
    keys: false,
    bootstrapKey: null,
    subjects: null,
    jwt: {
      issuer: 'https://issuer.example',
      audience: 'cutroom',
      jwks: { url },
      algorithms: ['ES256'],
      leewayS: 2,
      tenantClaim: 'org',
      scopesClaim: 'scope',
      ...more,
    },
  });
  const CLAIMS = { org: 'acme', scope: 'openid tasks.read', sub: 'someone' };
  const nowS = () => Math.floor(Date.now() / 1000);

  async function newIssuerKey(kid: string, alg = 'ES256') {
    const pair = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg };
    const sign = (claims: JWTPayload = {}, header: object = {}) =>
      new SignJWT({ iss: 'https://issuer.example', aud: 'cutroom', exp: nowS() + 60, ...CLAIMS, ...claims })
        .setProtectedHeader({ alg, kid, ...header })
        .sign(pair.privateKey);
    return { jwk, sign };
  }

  it('are taken with the right signature, issuer, audience and times, and refused with anything else', async () => {
    const { jwk, sign } = await newIssuerKey('one');
    const rsa = await newIssuerKey('rsa', 'RS256');
    keys = [jwk, rsa.jwk];
    // Far from every limit: a second may pass between a signature and its check.
    const api = await started(settings({ leewayS: 60 }));
    expect(await statusFor(api, await sign())).toBe(200);
    expect(await statusFor(api, await sign({ aud: ['else', 'cutroom'], scope: ['tasks.read'] }))).toBe(200);
    expect(await statusFor(api, await sign({ exp: nowS() - 1 }))).toBe(200);
    expect(await statusFor(api, await sign({ scope: 'tasks.submit' }))).toBe(403);
    const secret = new TextEncoder().encode(JSON.stringify(jwk));
    const confused = await new SignJWT({ ...CLAIMS, iss: 'https://issuer.example', aud: 'cutroom', exp: nowS() + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(secret);
    const good = await sign();
    const refused = [
      await sign({ iss: 'https://else.example' }),
      await sign({ aud: 'else' }),
      await sign({ exp: nowS() - 120 }),
      await sign({ nbf: nowS() + 180 }),
      await sign({ exp: undefined as never }),
      await sign({ org: undefined }),
      await sign({ org: '../other' }),
      await sign({ org: 'Acme' }),
      await sign({ sub: undefined as never }),
      await rsa.sign(),
      confused,
      new UnsecuredJWT({ ...CLAIMS, exp: nowS() + 60 })
        .setIssuer('https://issuer.example')
        .setAudience('cutroom')
        .encode(),
      good.replace(/\.[^.]*\./, `.${Buffer.from(JSON.stringify({ ...CLAIMS, org: 'other' })).toString('base64url')}.`),
      good.slice(0, -4),
      'ck_0123456789abcdef_' + '0'.repeat(48),
      'x.y.z',
    ];
    for (const [i, token] of refused.entries()) expect(await statusFor(api, token), `token ${i}`).toBe(401);
  });

  it('of a key that came later are taken, and it is said when the issuer does not answer', async () => {
    const [one, two] = [await newIssuerKey('one'), await newIssuerKey('two')];
    keys = [one.jwk];
    const down = await started(settings());
    isDown = true;
    expect(await statusFor(down, await one.sign())).toBe(503);
    isDown = false;
    const api = await started(settings());
    keys = [two.jwk, one.jwk];
    expect(await statusFor(api, await two.sign())).toBe(200);
    expect(await statusFor(api, await one.sign())).toBe(200);
  });

  it('are checked by the keys of a file, as it is now', async () => {
    const authority = await createAuthority();
    ends.push(() => authority.remove());
    const [one, two] = [await newIssuerKey('one'), await newIssuerKey('two')];
    const file = path.join(authority.folder, 'jwks.json');
    await writeFile(file, JSON.stringify({ keys: [one.jwk] }));
    const api = await started(settings({ jwks: { file } }));
    expect([await statusFor(api, await one.sign()), await statusFor(api, await two.sign())]).toEqual([200, 401]);
    await writeFile(file, JSON.stringify({ keys: [two.jwk] }));
    await eventually('the new key counts', async () => (await statusFor(api, await two.sign())) === 200);
    expect(await statusFor(api, await one.sign({ jti: 'new' }))).toBe(401);
  });
});

describe('client certificates', () => {
  let authority: TestAuthority;
  beforeAll(async () => {
    authority = await createAuthority();
  });
  afterAll(() => authority.remove());

  async function withCertificates() {
    const subjects = path.join(authority.folder, 'subjects.yaml');
    await writeFile(
      subjects,
      `- {subject: "O=Acme, CN=studio", tenant: acme, scopes: [${SCOPES.join(', ')}]}\n- {san: "URI:spiffe://other/render", tenant: other, scopes: tasks.read}\n`,
    );
    const log = createLogger({ level: 'silent', destination: { write: () => undefined } });
    const tls = await openServerTls(
      { ...(await authority.issue('server')), clientCa: authority.ca, clients: 'accept' },
      { log },
    );
    ends.push(() => {
      tls.close();
    });
    const api = await started({ keys: true, bootstrapKey: null, jwt: null, subjects }, { tls });
    return { api, subjects };
  }

  async function as(api: ApiUnderTest, name: string | null, metadata: Record<string, string> = {}) {
    const ca = await readFile(authority.ca);
    const [key, cert] =
      name === null
        ? [null, null]
        : [
            await readFile(path.join(authority.folder, `${name}.key`)),
            await readFile(path.join(authority.folder, `${name}.pem`)),
          ];
    const channel = createChannel(api.grpcAddress, ChannelCredentials.createSsl(ca, key, cert));
    const dispatcher = new Agent({ connect: { ca, ...(key ? { key, cert } : {}) } });
    const client = createClient(TaskServiceDefinition, channel);
    const result = async (call: Promise<unknown>) =>
      call.then(
        () => 'OK',
        (error: unknown) => Status[(error as { code: Status }).code],
      );
    const options = { metadata: Metadata(metadata) };
    try {
      const http = await fetchBy(`${api.httpUrl.replace('http:', 'https:')}/v1/tasks/mine`, {
        dispatcher,
        headers: metadata,
      });
      await http.body?.cancel();
      return [
        await result(client.getTask({ name: 'tasks/mine' }, options)),
        await result(client.watchTask({ name: 'tasks/mine' }, options)[Symbol.asyncIterator]().next()),
        http.status,
      ];
    } finally {
      channel.close();
      await dispatcher.destroy();
    }
  }

  it('name their callers by subject and by other names, over every transport, streams too', async () => {
    await authority.issue('studio', { subject: '/CN=studio/O=Acme' });
    await authority.issue('render', { names: 'DNS:x,URI:spiffe://other/render' });
    await authority.issue('fake', { subject: '/CN=studio', names: 'DNS:spiffe\\://other/render' });
    const { api, subjects } = await withCertificates();
    await storedTask(api, 'mine');
    expect(await as(api, 'studio')).toEqual(['OK', 'OK', 200]);
    expect(await as(api, 'render')).toEqual(['NOT_FOUND', 'NOT_FOUND', 404]);
    expect(await as(api, 'fake')).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 401]);
    expect(await as(api, null)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 401]);
    // No caller can say it of itself.
    const forged = encodeURIComponent(JSON.stringify({ subject: ['CN=studio', 'O=Acme'], names: [], validToMs: 9e15 }));
    expect(await as(api, null, { 'cutroom-certificate': forged })).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 401]);
    // A key that is shown counts, and a bad one is not made good by a certificate.
    const { text } = await storeKey(api.store, { tenant: 'other' });
    expect(await as(api, 'studio', { authorization: `Bearer ${text}` })).toEqual(['NOT_FOUND', 'NOT_FOUND', 404]);
    expect(await as(api, 'studio', { authorization: 'Bearer bad' })).toEqual([
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
      401,
    ]);
    await writeFile(subjects, '[]');
    await eventually('the subject is no longer known', async () => (await as(api, 'studio'))[2] === 401);
  });
});
