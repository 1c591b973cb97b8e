import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { createHttpNotifier } from '../../../src/notify/http-notifier.js';
import type { NotifyRequest } from '../../../src/task/ports/notifier.js';
import { newSigningSecret } from '../../../src/task/signing-secret.js';
import { eventually } from '../../support/eventually.js';
import { signedHeaders, startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.js';

const LOOPBACK = {
  mode: 'public',
  allow: [{ kind: 'range', cidr: '127.0.0.0/8', port: null }],
} as const;
const PUBLIC = { mode: 'public', allow: [] } as const;
const never = new AbortController().signal;

let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(() => receiver.down());

const notifier = createHttpNotifier({ rules: () => LOOPBACK, timeoutMs: 1_000 });

function event(changes: Partial<NotifyRequest> = {}): NotifyRequest {
  const body = '{"type":"task.ended","data":{"labels":{"title":"Grüße “1” 🎬"}}}';
  return { url: receiver.url, id: 'evt_1', timeMs: Date.now(), body, secret: null, ...changes };
}

describe('the HTTP notifier', () => {
  it('sends a POST that the library of Standard Webhooks verifies, and no other secret does', async () => {
    const secret = newSigningSecret({ name: 'a', tenant: 't' }, { random: randomBytes(40), nowMs: 1 }).text;
    const order = event({ secret });
    expect(await notifier.send(order, never)).toEqual({ kind: 'DELIVERED', status: 204 });
    const [hook] = receiver.hooks;
    expect([hook!.method, hook!.headers['content-type']]).toEqual(['POST', 'application/json']);
    expect(new Webhook(secret).verify(hook!.body, signedHeaders(hook!))).toEqual(JSON.parse(order.body));
    expect(() => new Webhook(secret).verify(`${hook!.body} `, signedHeaders(hook!))).toThrow('No matching signature');
    const other = newSigningSecret({ name: 'b', tenant: 't' }, { random: randomBytes(40), nowMs: 1 }).text;
    expect(() => new Webhook(other).verify(hook!.body, signedHeaders(hook!))).toThrow('No matching signature');
  });

  it('sends id and time without a signature where there is no secret', async () => {
    await notifier.send(event({ timeMs: 1_700_000_000_999 }), never);
    expect(receiver.hooks[0]!.headers).toMatchObject({ 'webhook-id': 'evt_1', 'webhook-timestamp': '1700000000' });
    expect(receiver.hooks[0]!.headers).not.toHaveProperty('webhook-signature');
  });

  it.each([
    [200, { kind: 'DELIVERED', status: 200 }],
    [299, { kind: 'DELIVERED', status: 299 }],
    [304, { kind: 'FAILED', status: 304, problem: 'REDIRECT' }],
    [404, { kind: 'FAILED', status: 404, problem: 'HTTP_STATUS' }],
    [410, { kind: 'HOPELESS', status: 410, problem: 'GONE' }],
    [503, { kind: 'FAILED', status: 503, problem: 'HTTP_STATUS' }],
  ])('judges an answer by its status: %d', async (status, outcome) => {
    receiver.answer = (response) => response.writeHead(status).end();
    expect(await notifier.send(event(), never)).toEqual(outcome);
  });

  it('follows no redirect', async () => {
    receiver.answer = (response) => response.writeHead(307, { location: receiver.url }).end();
    expect(await notifier.send(event(), never)).toEqual({ kind: 'FAILED', status: 307, problem: 'REDIRECT' });
    expect(receiver.hooks).toHaveLength(1);
  });

  it('reads no more than the beginning of an endless answer', async () => {
    let cut = false;
    receiver.answer = (response) => {
      response.writeHead(200);
      const more = () => void response.write(Buffer.alloc(65_536), more);
      response.once('close', () => (cut = true));
      more();
    };
    expect(await notifier.send(event(), never)).toEqual({ kind: 'DELIVERED', status: 200 });
    await eventually('the connection is cut', () => cut);
  });

  it('gives up a receiver that does not answer in time', async () => {
    receiver.answer = () => undefined;
    expect(await notifier.send(event(), never)).toEqual({ kind: 'FAILED', status: null, problem: 'TIMEOUT' });
  });

  it('takes an answer whose body never ends for what its status says, once its time is up', async () => {
    receiver.answer = (response) => void response.writeHead(200).write('x');
    expect(await notifier.send(event(), never)).toEqual({ kind: 'DELIVERED', status: 200 });
  });

  it('ends at once, as interrupted, when it is told to', async () => {
    const ending = new AbortController();
    receiver.answer = () => {
      ending.abort();
    };
    expect(await notifier.send(event(), ending.signal)).toEqual({
      kind: 'FAILED',
      status: null,
      problem: 'INTERRUPTED',
    });
  });

  it('tells a receiver that is down, or speaks no HTTP, from one that may not be called', async () => {
    const failed = { kind: 'FAILED', status: null, problem: 'CONNECTION_FAILED' };
    const gibberish = createServer((socket) => socket.end('hello\r\n\r\n')).listen(0, '127.0.0.1');
    await once(gibberish, 'listening');
    const { port } = gibberish.address() as AddressInfo;
    expect(await notifier.send(event({ url: `http://127.0.0.1:${port}/` }), never)).toEqual(failed);
    gibberish.close();
    expect(await notifier.send(event({ url: `http://127.0.0.1:${port}/` }), never)).toEqual(failed);
    const refused = { kind: 'FAILED', status: null, problem: 'ADDRESS_REFUSED' };
    expect(await createHttpNotifier({ rules: () => PUBLIC }).send(event(), never)).toEqual(refused);
    const rebound = createHttpNotifier({
      rules: () => PUBLIC,
      resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    });
    const url = receiver.url.replace('127.0.0.1', 'hooks.example');
    expect(await rebound.send(event({ url }), never)).toEqual(refused);
    expect(receiver.hooks).toEqual([]);
  });

  it('says of a URL why nothing is sent there, without its path', () => {
    expect(notifier.check(receiver.url)).toBeNull();
    expect(createHttpNotifier({ rules: () => PUBLIC }).check('http://127.0.0.1/secret')).toBe(
      'leads to 127.0.0.1, which is no public address but a loopback one',
    );
    expect(notifier.check('https://user:pass@a.test/')).toContain('has a user name or password in it');
    expect(notifier.check('nonsense')).toContain('is no valid URL');
    expect(createHttpNotifier({ rules: () => ({ mode: 'off', allow: [] }) }).check('https://a.test/')).toContain(
      'CUTROOM_HTTP_INPUTS',
    );
  });
});
