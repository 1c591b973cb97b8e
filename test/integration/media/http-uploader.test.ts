import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpUploader, type HttpOrder } from '../../../src/media/http/http-uploader.js';
import { startPutReceiver, type PutReceiver } from '../../support/put-receiver.js';

const LOOPBACK = { mode: 'public', allow: [{ kind: 'range', cidr: '127.0.0.0/8', port: null }] } as const;
const never = new AbortController().signal;
const FILE = Buffer.alloc(300_000, 'cutroom');

let receiver: PutReceiver;
beforeEach(async () => {
  receiver = await startPutReceiver();
});
afterEach(() => receiver.close());

const uploader = createHttpUploader({ rules: () => LOOPBACK, idleMs: 2_000 });

const FIELD = 'spec.outputs[0].destination.http_put.url';
const destinationOf = (url: string, headers: Record<string, string> = {}) => ({
  kind: 'http-put' as const,
  ...{ url, headers, field: FIELD },
});
const signed = () => `${receiver.url}/bucket/final.mp4?X-Signature=s3cret`;
const done = () => ({ kind: 'DONE', url: `${receiver.url}/bucket/final.mp4` });

function order(changes: Partial<HttpOrder> = {}): HttpOrder {
  return {
    destination: destinationOf(signed()),
    contentType: 'video/mp4',
    sizeBytes: FILE.length,
    md5: createHash('md5').update(FILE).digest('base64'),
    read: async function* () {
      await Promise.resolve();
      for (let at = 0; at < FILE.length; at += 65_536) yield FILE.subarray(at, at + 65_536);
    },
    ...changes,
  };
}

describe('the HTTP uploader', () => {
  it('puts a file whole, with its length, type and checksum, and the headers of the caller', async () => {
    const headers = { 'x-amz-acl': 'private', 'content-type': 'video/x-own' };
    expect(await uploader.put(order({ destination: destinationOf(signed(), headers) }), never)).toEqual(done());
    expect(receiver.puts).toMatchObject([
      {
        method: 'PUT',
        path: '/bucket/final.mp4?X-Signature=s3cret',
        bytes: FILE.length,
        isWhole: true,
        headers: { 'content-length': String(FILE.length), 'content-type': 'video/x-own', 'x-amz-acl': 'private' },
      },
    ]);
    // Storage services refuse a body of unknown length.
    expect(receiver.puts[0]!.headers).not.toHaveProperty('transfer-encoding');
  });

  it.each([
    [201, 'DONE'],
    [307, 'REFUSED'],
    [403, 'REFUSED'],
    [404, 'REFUSED'],
    [408, 'FAILED'],
    [429, 'FAILED'],
    [500, 'FAILED'],
    [503, 'FAILED'],
  ])('judges an answer by its status: %i', async (status, kind) => {
    receiver.answer = (response) => response.writeHead(status, { location: `${receiver.url}/else` }).end('why');
    const outcome = await uploader.put(order(), never);
    expect(outcome.kind).toBe(kind);
    if (outcome.kind !== 'DONE') expect(outcome.description).toContain(`it answered ${status}`);
    expect(receiver.puts).toHaveLength(1);
  });

  it('hears a refusal that comes before the file was taken', async () => {
    receiver.take = (request, response) => {
      response.writeHead(403, { connection: 'close' }).end();
      request.socket.destroySoon();
    };
    const outcome = await uploader.put(order({ read: endless }), never);
    // The connection may be cut before the answer is read; both say that it did not work.
    expect(['REFUSED', 'FAILED']).toContain(outcome.kind);
  });

  it('is done once the file was taken, however late its reader says that it was all', async () => {
    const { read } = order();
    const late = async function* (signal: AbortSignal) {
      yield* read(signal);
      await new Promise(() => undefined);
    };
    expect(await uploader.put(order({ read: late }), never)).toEqual(done());
    expect(receiver.puts).toMatchObject([{ bytes: FILE.length, isWhole: true }]);
  });

  it('does not take an answer for the end of a file that was not taken', async () => {
    receiver.take = (_, response) => {
      response.writeHead(200).end();
    };
    const outcome = await uploader.put(order({ read: endless, sizeBytes: 2 ** 40 }), never);
    // The connection may be cut before the answer is read.
    expect(outcome.kind).toBe('FAILED');
  });

  it('gives up on a receiver that takes nothing, or does not answer', async () => {
    const impatient = createHttpUploader({ rules: () => LOOPBACK, idleMs: 200 });
    receiver.take = (request) => request.pause();
    expect(await impatient.put(order({ read: endless, sizeBytes: 2 ** 40 }), never)).toMatchObject({ kind: 'FAILED' });
    receiver.take = (request) => request.resume();
    expect(await impatient.put(order(), never)).toMatchObject({ kind: 'FAILED' });
  });

  it('reports a receiver that cannot be reached, and one that is not allowed, without the URL', async () => {
    const url = signed();
    await receiver.close();
    const unreachable = await uploader.put(order({ destination: destinationOf(url) }), never);
    expect(unreachable).toMatchObject({ kind: 'FAILED', description: 'it refuses connections' });
    receiver = await startPutReceiver();
    const closed = createHttpUploader({ rules: () => ({ mode: 'public', allow: [] }) });
    expect(closed.check(destinationOf(url))).toMatchObject({
      field: FIELD,
      description: expect.stringContaining('127.0.0.1') as string,
    });
    expect(uploader.check(destinationOf(url))).toBeNull();
    const off = createHttpUploader({ rules: () => ({ mode: 'off', allow: [] }) });
    expect(off.check(destinationOf('https://a.test/'))?.description).toContain('CUTROOM_HTTP_INPUTS');
    const refused = await closed.put(order({ destination: destinationOf(url) }), never);
    expect(refused).toMatchObject({ kind: 'REFUSED' });
    for (const text of [
      JSON.stringify(refused),
      JSON.stringify(unreachable),
      JSON.stringify(closed.check(destinationOf(url))),
    ])
      expect(text).not.toMatch(/s3cret|final\.mp4/);
    expect(receiver.puts).toEqual([]);
  });

  it('refuses a name that leads to an address of the machine', async () => {
    const rebound = createHttpUploader({
      rules: () => ({ mode: 'public', allow: [] }),
      resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    });
    expect(
      await rebound.put(order({ destination: destinationOf(`http://storage.test:${receiver.port}/`) }), never),
    ).toMatchObject({
      kind: 'REFUSED',
    });
    expect(receiver.puts).toEqual([]);
  });

  it('ends when it is aborted', async () => {
    const stop = new AbortController();
    receiver.take = (request) => {
      request.pause();
      stop.abort();
    };
    await expect(uploader.put(order({ read: endless, sizeBytes: 2 ** 40 }), stop.signal)).rejects.toThrow();
  });
});

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield await Promise.resolve(Buffer.alloc(65_536));
}
