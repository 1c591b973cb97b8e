import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpInputs, type HttpInputsOptions } from '../../../src/media/http/http-inputs.js';
import { failureOf } from '../../../src/task/failure.js';
import { eventually } from '../../support/eventually.js';
import { startHttpOrigin, type HttpOrigin } from '../../support/http-origin.js';
import { startThreadTime } from '../../support/thread-time.js';

const BYTES = randomBytes(300_000);
/** A signature, which no message may show. */
const SECRET = 'X-Signature=s3cret';
const SECOND_MS = 1000;

let origin: HttpOrigin;
let folder: string;
beforeEach(async () => {
  [origin, folder] = await Promise.all([startHttpOrigin(), mkdtemp(path.join(tmpdir(), 'cutroom-http-'))]);
  origin.on('/a.mp4', (_, response) => response.writeHead(200, { 'content-length': BYTES.length }).end(BYTES));
});
afterEach(async () => {
  await origin.close();
  await rm(folder, { recursive: true, force: true });
});

/** Whatever the test's server is called, it may be fetched from. */
function inputs(changes: Partial<Omit<HttpInputsOptions, 'rules'>> = {}, mode: 'public' | 'listed' | 'off' = 'public') {
  const rules = {
    mode,
    allow: mode === 'off' ? [] : [{ kind: 'range' as const, cidr: '127.0.0.1/32', port: origin.port }],
  };
  return createHttpInputs({
    rules: () => rules,
    maxBytes: 1024 * 1024,
    ...changes,
    limits: { backoffMs: [5, 5], ...changes.limits },
  });
}

const options = (signal = new AbortController().signal) => ({
  field: 'the.field',
  signal,
  folder: path.join(folder, 'downloads'),
});
const fetchFrom = (url: string, changes: Partial<Omit<HttpInputsOptions, 'rules'>> = {}) =>
  inputs(changes).fetch(url, options());

/** What a fetch fails with. There is no new file then, nor a word of the URL's query, and no connection is left. */
async function failureFrom(url: string, changes: Partial<Omit<HttpInputsOptions, 'rules'>> = {}) {
  const before = await leftovers();
  const error = await fetchFrom(url, changes).then(
    () => {
      throw new Error('the fetch should have failed');
    },
    (thrown: unknown) => thrown,
  );
  const failure = failureOf(error);
  expect(failure.field).toBe('the.field');
  expect(JSON.stringify([failure, (error as Error).cause, (error as Error).stack])).not.toContain('s3cret');
  expect(await leftovers()).toEqual(before);
  await eventually('no connection is left', async () => (await origin.connections()) === 0);
  return failure;
}

const leftovers = () => readdir(path.join(folder, 'downloads')).catch(() => []);
const paths = () => origin.requests.map((request) => request.url);

describe('the fetch of a URL', () => {
  it('writes the bytes into the folder, and asks for no compression', async () => {
    const file = await fetchFrom(`${origin.url}/a.mp4?${SECRET}#part`);
    expect(path.dirname(file)).toBe(path.join(folder, 'downloads'));
    expect(Buffer.compare(await readFile(file), BYTES)).toBe(0);
    expect(paths()).toEqual([`/a.mp4?${SECRET}`]);
    expect(origin.requests[0]!.headers).toMatchObject({ 'accept-encoding': 'identity', host: origin.host });
    await eventually('no connection is left', async () => (await origin.connections()) === 0);
  });

  it('accepts a body of unknown length, and an empty one', async () => {
    origin.on('/chunked', (_, response) => response.writeHead(200).end(BYTES));
    origin.on('/empty', (_, response) => response.writeHead(200).end());
    expect(Buffer.compare(await readFile(await fetchFrom(`${origin.url}/chunked`)), BYTES)).toBe(0);
    expect(await readFile(await fetchFrom(`${origin.url}/empty`))).toHaveLength(0);
  });

  it('gives two fetches of one URL two files', async () => {
    const [one, other] = await Promise.all([fetchFrom(`${origin.url}/a.mp4`), fetchFrom(`${origin.url}/a.mp4`)]);
    expect(one).not.toBe(other);
  });
});

describe('a redirect', () => {
  const redirect = (from: string, to: string, status = 302) => {
    origin.on(from, (_, response) => response.writeHead(status, { location: to }).end('elsewhere'));
  };

  it.each([301, 302, 303, 307, 308])('of status %i is followed, also to a relative URL', async (status) => {
    redirect('/start/one', 'two?x=1', status);
    redirect('/start/two', `${origin.url}/a.mp4`, status);
    expect(Buffer.compare(await readFile(await fetchFrom(`${origin.url}/start/one`)), BYTES)).toBe(0);
    expect(paths()).toEqual(['/start/one', '/start/two?x=1', '/a.mp4']);
  });

  it('is followed five times, and refused as a sixth or as a loop', async () => {
    for (let n = 1; n < 6; n += 1) redirect(`/${n}`, `/${n + 1}`);
    redirect('/0', '/1');
    origin.on('/6', (_, response) => response.end('x'));
    expect(await readFile(await fetchFrom(`${origin.url}/1`), 'utf8')).toBe('x');
    expect(await failureFrom(`${origin.url}/0?${SECRET}`)).toMatchObject({
      reason: 'INPUT_FETCH_REFUSED',
      message: expect.stringContaining('more than 5 times') as string,
    });
    redirect('/loop', '/loop');
    expect(await failureFrom(`${origin.url}/loop`)).toMatchObject({ reason: 'INPUT_FETCH_REFUSED' });
    expect(paths().filter((asked) => asked === '/loop')).toHaveLength(6);
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data?X-Signature=s3cret', 'link-local'],
    ['http://127.0.0.1:1/', 'loopback'],
    ['//[::ffff:127.0.0.1]:1/', 'loopback'],
    ['http://localhost:1/', 'loopback'],
    ['file:///etc/passwd', 'a scheme that is not served: file'],
    ['ftp://host.example/', 'a scheme'],
    ['http://user:s3cret@host.example/', 'a user name or password'],
  ])('to %s is refused: %s', async (to, words) => {
    redirect('/start', to);
    expect(await failureFrom(`${origin.url}/start?${SECRET}`)).toMatchObject({
      reason: 'INPUT_ADDRESS_REFUSED',
      message: expect.stringMatching(
        new RegExp(`^this input could not be fetched from ${origin.host}: it redirects to a URL that .*${words}`),
      ) as string,
    });
    expect(paths()).toHaveLength(1);
  });

  it('to a name with a refused address is refused', async () => {
    redirect('/start', 'http://inside.example/');
    const failure = await failureFrom(`${origin.url}/start`, {
      resolve: async () => [{ address: '10.0.0.1', family: 4 }],
    });
    expect(failure).toMatchObject({
      reason: 'INPUT_ADDRESS_REFUSED',
      message: 'this input could not be fetched from inside.example: the host is no public address but a private one',
    });
  });
});

describe('the resolution of names', () => {
  const resolvesTo = (addresses: readonly string[]) => async () =>
    addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));

  it('takes place once, and the connection goes to the checked address', async () => {
    let asked = 0;
    // A name server that lies the second time.
    const resolve = async () => [{ address: (asked += 1) === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
    const file = await fetchFrom(`http://media.example:${origin.port}/a.mp4`, { resolve });
    expect(Buffer.compare(await readFile(file), BYTES)).toBe(0);
    expect(asked).toBe(1);
    expect(origin.requests[0]!.headers.host).toBe(`media.example:${origin.port}`);
  });

  it.each([
    '10.1.2.3',
    '127.0.0.2',
    '169.254.169.254',
    '::1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '8.8.8.8 192.168.0.1',
    '127.0.0.1 fd00::1',
  ])('refuses %s without another try', async (addresses) => {
    let asked = 0;
    const resolve = () => {
      asked += 1;
      return resolvesTo(addresses.split(' '))();
    };
    expect(await failureFrom(`http://media.example:${origin.port}/a.mp4?${SECRET}`, { resolve })).toMatchObject({
      reason: 'INPUT_ADDRESS_REFUSED',
      message: expect.stringMatching(
        new RegExp(
          `^this input could not be fetched from media.example:${origin.port}: the host is no public address but`,
        ),
      ) as string,
    });
    expect(asked).toBe(1);
    expect(origin.requests).toHaveLength(0);
  });

  it('is tried again for a name that no name server knows', async () => {
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      if (asked < 3) throw Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });
      return [{ address: '127.0.0.1', family: 4 }];
    };
    await fetchFrom(`http://media.example:${origin.port}/a.mp4`, { resolve });
    expect(asked).toBe(3);
    expect(await failureFrom(`http://gone.example:${origin.port}/`, { resolve: async () => [] })).toMatchObject({
      reason: 'INPUT_FETCH_FAILED',
      message: expect.stringContaining('no such host') as string,
    });
  });
});

describe('the answer of a host', () => {
  it.each([
    [404, 'INPUT_NOT_FOUND'],
    [410, 'INPUT_NOT_FOUND'],
    [400, 'INPUT_FETCH_REFUSED'],
    [401, 'INPUT_FETCH_REFUSED'],
    [403, 'INPUT_FETCH_REFUSED'],
    [204, 'INPUT_FETCH_REFUSED'],
    [206, 'INPUT_FETCH_REFUSED'],
    [304, 'INPUT_FETCH_REFUSED'],
    [302, 'INPUT_FETCH_REFUSED'],
  ])('is final for %i: %s', async (status, reason) => {
    origin.on('/x', (_, response) => response.writeHead(status).end());
    expect(await failureFrom(`${origin.url}/x?${SECRET}`)).toMatchObject({
      reason,
      message: `this input could not be fetched from ${origin.host}: it answered ${status}`,
    });
    expect(origin.requests).toHaveLength(1);
  });

  it.each([408, 425, 429, 500, 503])('is tried twice more for %i', async (status) => {
    origin.on('/x', (_, response) => response.writeHead(status).end('busy'));
    expect(await failureFrom(`${origin.url}/x`)).toMatchObject({
      reason: 'INPUT_FETCH_FAILED',
      message: expect.stringContaining(`it answered ${status}`) as string,
    });
    expect(origin.requests).toHaveLength(3);
  });

  it('may be a 503 that becomes a 200', async () => {
    origin.on('/x', (_, response) => {
      if (origin.requests.length === 1) response.writeHead(503).end();
      else response.end('fine');
    });
    expect(await readFile(await fetchFrom(`${origin.url}/x`), 'utf8')).toBe('fine');
  });

  it('is refused when its content is compressed', async () => {
    origin.on('/x', (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'));
    expect(await failureFrom(`${origin.url}/x`)).toMatchObject({
      reason: 'INPUT_FETCH_REFUSED',
      message: expect.stringContaining('compressed') as string,
    });
  });

  it('is given up when it does not come in time', async () => {
    origin.on('/x', () => undefined);
    const failure = await failureFrom(`${origin.url}/x`, { limits: { headersTimeoutMs: 300, backoffMs: [] } });
    expect(failure).toMatchObject({
      reason: 'INPUT_FETCH_FAILED',
      message: expect.stringContaining('it does not answer in time') as string,
    });
  });

  it('is tried again and reported when there is no connection', async () => {
    const { url } = origin;
    await origin.close();
    const failed = await fetchFrom(`${url}/a.mp4?${SECRET}`).catch(failureOf);
    expect(failed).toMatchObject({
      reason: 'INPUT_FETCH_FAILED',
      message: expect.stringMatching(/it refuses connections$/) as string,
    });
    origin = await startHttpOrigin();
  });

  it('is refused when it is not HTTP', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).end(`220 ${SECRET} ready\r\n`);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const source = createHttpInputs({
      rules: () => ({ mode: 'public', allow: [{ kind: 'name', name: 'smtp.example', port }] }),
      maxBytes: 1000,
      limits: { backoffMs: [] },
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    const error: unknown = await source
      .fetch(`http://smtp.example:${port}/`, options())
      .catch((thrown: unknown) => thrown);
    expect(failureOf(error)).toMatchObject({ reason: 'INPUT_FETCH_FAILED' });
    expect(JSON.stringify([failureOf(error), (error as Error).cause ?? null])).not.toContain('s3cret');
    server.close();
  });
});

describe('the limits of a fetch', () => {
  it('retry a body that is cut off, and never take it for whole', async () => {
    for (const [name, headers] of [
      ['/declared', { 'content-length': BYTES.length }],
      ['/chunked', {}],
    ] as const) {
      origin.on(name, (_, response) => {
        response.writeHead(200, headers);
        response.write(BYTES.subarray(0, 100_000), () => {
          response.destroy();
        });
      });
      expect(await failureFrom(origin.url + name)).toMatchObject({
        reason: 'INPUT_FETCH_FAILED',
        message: expect.stringContaining('it cut the connection') as string,
      });
    }
    expect(origin.requests).toHaveLength(6);
  });

  it('refuse a body that declares too much before it is read', async () => {
    origin.on('/x', (_, response) => {
      response.writeHead(200, { 'content-length': 2 * 1024 * 1024 }).flushHeaders();
    });
    expect(await failureFrom(`${origin.url}/x`)).toMatchObject({
      reason: 'INPUT_TOO_LARGE',
      message: expect.stringContaining('more than the 1 MiB') as string,
    });
    expect(origin.requests).toHaveLength(1);
  });

  it('cut a body without a declared length when it is too long', async () => {
    origin.on('/x', (_, response) => {
      // It would go on for ever.
      const more = (): void => {
        if (!response.destroyed) response.write(BYTES, more);
      };
      more();
    });
    expect(await failureFrom(`${origin.url}/x`)).toMatchObject({ reason: 'INPUT_TOO_LARGE' });
    expect(origin.requests).toHaveLength(1);
  });

  it('give a download up once it has more bytes than are left to its task', async () => {
    const fetched = (maxBytes: number) => inputs().fetch(`${origin.url}/a.mp4`, { ...options(), maxBytes });
    await fetched(BYTES.length);
    await expect(fetched(BYTES.length - 1)).rejects.toMatchObject({
      failure: { reason: 'TASK_TOO_LARGE', field: 'the.field' },
    });
  });

  it('allow exactly the maximum', async () => {
    await fetchFrom(`${origin.url}/a.mp4`, { maxBytes: BYTES.length });
    expect(await failureFrom(`${origin.url}/a.mp4`, { maxBytes: BYTES.length - 1 })).toMatchObject({
      reason: 'INPUT_TOO_LARGE',
    });
  });

  it('end a body that stalls or trickles', async () => {
    const limits = { minBytesPerWindow: 1024, windowMs: 200, backoffMs: [] };
    origin.on('/stalls', (_, response) => {
      response.writeHead(200, { 'content-length': 100_000 }).write('x'.repeat(50_000));
    });
    origin.on('/trickles', (_, response) => {
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => {
        clearInterval(drip);
      });
    });
    for (const name of ['/stalls', '/trickles']) {
      const since = startThreadTime();
      expect(await failureFrom(origin.url + name, { limits })).toMatchObject({
        reason: 'INPUT_FETCH_FAILED',
        message: expect.stringContaining('it sends less than 1 KiB in 0.2 s') as string,
      });
      expect(since().ownMs).toBeLessThan(5 * SECOND_MS);
    }
  });

  it('allow a body that is slow but steady', async () => {
    origin.on('/steady', (_, response) => {
      let sent = 0;
      const drip = setInterval(() => {
        response.write(BYTES.subarray(sent, sent + 20_000));
        sent += 20_000;
        if (sent < BYTES.length) return;
        clearInterval(drip);
        response.end();
      }, 40);
    });
    const file = await fetchFrom(`${origin.url}/steady`, { limits: { minBytesPerWindow: 1024, windowMs: 200 } });
    expect(Buffer.compare(await readFile(file), BYTES)).toBe(0);
  });
});

describe('a cancelled fetch', () => {
  it.each([
    [
      'in the middle of a body',
      (o: HttpOrigin) => {
        o.on('/x', (_, response) => {
          response.writeHead(200, { 'content-length': 100_000 }).write('x'.repeat(50_000));
        });
      },
    ],
    [
      'before an answer',
      (o: HttpOrigin) => {
        o.on('/x', () => undefined);
      },
    ],
  ])('ends at once with its reason, and leaves no file and no connection: %s', async (_, serve) => {
    serve(origin);
    const abort = new AbortController();
    const fetching = inputs()
      .fetch(`${origin.url}/x`, options(abort.signal))
      .catch((error: unknown) => error);
    await eventually('the request is there', () => origin.requests.length > 0);
    const reason = new Error('cancelled');
    const since = startThreadTime();
    abort.abort(reason);
    expect(await fetching).toBe(reason);
    expect(since().ownMs).toBeLessThan(SECOND_MS);
    expect(await leftovers()).toEqual([]);
    await eventually('no connection is left', async () => (await origin.connections()) === 0);
    expect(origin.requests).toHaveLength(1);
  });

  it('ends at once between two tries', async () => {
    origin.on('/x', (_, response) => response.writeHead(503).end());
    const abort = new AbortController();
    const fetching = inputs({ limits: { backoffMs: [60 * SECOND_MS] } })
      .fetch(`${origin.url}/x`, options(abort.signal))
      .catch((error: unknown) => error);
    await eventually(
      'the first answer is over',
      async () => origin.requests.length === 1 && (await origin.connections()) === 0,
    );
    const reason = new Error('cancelled');
    abort.abort(reason);
    expect(await fetching).toBe(reason);
    expect(origin.requests).toHaveLength(1);
  });

  it('sends no request when it is cancelled before it begins', async () => {
    await expect(
      inputs().fetch(`${origin.url}/a.mp4`, options(AbortSignal.abort(new Error('cancelled')))),
    ).rejects.toThrow('cancelled');
    expect(origin.requests).toHaveLength(0);
  });
});

describe('the check of a URL', () => {
  it('sends no request', async () => {
    const source = inputs({ resolve: () => Promise.reject(new Error('nobody should ask')) });
    expect(await source.check(`${origin.url}/none`)).toBeNull();
    expect(await source.check('https://host.example/a.mp4')).toBeNull();
    expect(origin.requests).toHaveLength(0);
  });

  it.each(['http://10.0.0.1/', 'http://user@host.example/', 'http://'])('refuses %s, as a fetch does', async (url) => {
    const problem = await inputs().check(url);
    expect((await failureFrom(url)).message).toBe(`this input ${problem!.description}`);
  });

  it('refuses every URL when web addresses are off', async () => {
    const off = inputs({}, 'off');
    expect((await off.check(`${origin.url}/a.mp4`))!.description).toContain('this server fetches none');
    await expect(off.fetch(`${origin.url}/a.mp4`, options())).rejects.toMatchObject({
      failure: { reason: 'INPUT_ADDRESS_REFUSED', field: 'the.field' },
    });
    expect(origin.requests).toHaveLength(0);
  });

  it('refuses hosts that are not listed when only listed hosts are allowed', async () => {
    const listed = inputs({ resolve: async () => [{ address: '8.8.8.8', family: 4 }] }, 'listed');
    await listed.fetch(`${origin.url}/a.mp4`, options());
    await expect(listed.fetch(`http://host.example:${origin.port}/a.mp4`, options())).rejects.toMatchObject({
      failure: {
        reason: 'INPUT_ADDRESS_REFUSED',
        message: expect.stringContaining('is not among the hosts') as string,
      },
    });
  });
});
