import { ServerInterceptingCall } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../scripts/lib/go-gateway.mjs';
import { createDrain } from '../../src/api/drain.js';
import type { Authenticate } from '../../src/api/chain/authenticate.js';
import { createChain } from '../../src/api/chain/chain.js';
import { startGrpcServer } from '../../src/api/grpc/server.js';
import { createTaskService } from '../../src/api/service/task-service.js';
import { createGateway } from '../../src/api/http/gateway/gateway.js';
import { startHttpServer } from '../../src/api/http/server.js';
import { createLogger } from '../../src/observability/logger.js';
import { ANYONES_SESSION } from '../../src/task/authenticator.js';
import { startApiUnderTest } from '../integration/api/api-under-test.js';
import { metadataIn, send } from './transports.js';

const KEY = Buffer.alloc(32);

/** The metadata of requests as authentication sees it, by transport, without the parts that differ because a gateway stands between. */
const seen: Record<string, string>[] = [];
const OF_THE_CLIENT = ['user-agent', 'accept-encoding', 'te', 'grpc-accept-encoding', 'grpc-timeout', 'content-type'];

/** Records the request's metadata, and answers with some of its own. */
const recordMetadata: Authenticate = ({ origin }) => {
  const entries = [...origin.metadata].filter(([name]) => !OF_THE_CLIENT.includes(name) && !name.startsWith(':'));
  seen.push(
    Object.fromEntries(
      entries.map(([name, values]) => [
        name,
        values.map((value) => (typeof value === 'string' ? value : Buffer.from(value).toString('hex'))).join(', '),
      ]),
    ),
  );
  origin.header.set('x-quota', '17');
  origin.header.append('x-several', 'one');
  return ANYONES_SESSION;
};

const closers: (() => Promise<unknown>)[] = [];
const urls = { ours: '', theirs: '' };

beforeAll(async () => {
  const under = await startApiUnderTest();
  const drain = createDrain();
  const chain = createChain({
    authenticate: recordMetadata,
    observers: [],
    drain: drain.signal,
    monotonicMs: () => 0,
    baseUrl: () => 'http://h',
    wasCut: () => false,
  });
  const service = createTaskService({
    tasks: under.tasks,
    secrets: under.secrets,
    urlKeys: { rotate: () => Promise.resolve(null), current: () => KEY },
    sign: () => '',
    facts: { fonts: [], fontFiles: [], maxInputPixels: 1 },
    drain: drain.signal,
    monotonicMs: () => performance.now(),
  });
  const grpc = await startGrpcServer({
    address: '127.0.0.1:0',
    service,
    chain,
    release: '1.2.3',
    socket: null,
    guard: (_, call) => new ServerInterceptingCall(call),
    readiness: { problem: () => Promise.resolve(null), drain: drain.signal, timeoutMs: 1_000 },
    drain,
    graceMs: 1_000,
  });
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const handler = createGateway({ service, chain, markSlowReader: () => undefined }).answer;
  const http = await startHttpServer({
    address: '127.0.0.1:0',
    socket: null,
    handler,
    decorate: (_, answer) => answer,
    isUpload: () => false,
    uploadIdleMs: 1_000,
    drain,
    log: logger,
    readerStallMs: 60_000,
    graceMs: 1_000,
  });
  const gateway = await startGateway(`127.0.0.1:${grpc.port}`);
  closers.push(
    () => under.stop(),
    () => grpc.stop(),
    () => http.stop(),
    () => gateway.stop(),
  );
  urls.ours = `http://127.0.0.1:${http.port}`;
  urls.theirs = gateway.url;
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

describe('metadata', () => {
  it.each<[string, Record<string, string>]>([
    ['its own headers', { 'grpc-metadata-x-trace': 'a1', 'Grpc-Metadata-Upper': 'B2' }],
    ['a binary header', { 'grpc-metadata-x-bin': Buffer.from([0, 1, 254, 255]).toString('base64') }],
    ['authorization', { authorization: 'Bearer abc' }],
    ['authorization twice', { authorization: 'Bearer abc', 'grpc-metadata-authorization': 'Bearer other' }],
    [
      'ordinary headers',
      {
        'accept-language': 'de',
        cookie: 'a=b',
        referer: 'http://x',
        'if-none-match': '"1"',
        'x-custom': 'is not handed on',
        'cache-control': 'no-cache',
      },
    ],
    ['the address of the caller', { 'x-forwarded-for': '10.1.2.3', 'x-forwarded-host': 'studio.example' }],
    [
      'a forged address of the caller',
      { 'grpc-metadata-x-forwarded-for': '10.9.9.9', 'grpc-metadata-x-forwarded-host': 'evil.example' },
    ],
    ['headers that gRPC does not allow', { 'grpc-metadata-x~y': 'name', 'grpc-metadata-x-latin': 'gr\u00fcn' }],
  ])('is the same for authentication over both transports: %s', async (_, headers) => {
    seen.length = 0;
    const host = { host: 'cutroom.example:8080' };
    const ours = await send(`${urls.ours}/v1/tasks`, { headers: { ...host, ...headers } });
    const theirs = await send(`${urls.theirs}/v1/tasks`, { headers: { ...host, ...headers } });
    expect([ours.status, theirs.status]).toEqual([200, 200]);
    const [here, there] = seen;
    expect(here).toEqual(there);
    expect(here).toMatchObject({ 'x-forwarded-host': headers['x-forwarded-host'] ?? host.host });
    expect(metadataIn(ours.headers)).toEqual(metadataIn(theirs.headers));
    expect(metadataIn(ours.headers)).toEqual({ 'grpc-metadata-x-quota': '17', 'grpc-metadata-x-several': 'one' });
  });

  it('of an answer is sent with an error too', async () => {
    const ours = await send(`${urls.ours}/v1/tasks/nobody`, {});
    const theirs = await send(`${urls.theirs}/v1/tasks/nobody`, {});
    expect([ours.status, metadataIn(ours.headers)]).toEqual([404, metadataIn(theirs.headers)]);
  });
});
