import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDrain } from '../../../src/api/drain.js';
import { jsonResponse } from '../../../src/api/http/http-types.js';
import { type HttpServer, startHttpServer } from '../../../src/api/http/server.js';
import { createLogger } from '../../../src/observability/logger.js';

const IDLE_MS = 200;
let server: HttpServer;
beforeEach(async () => {
  server = await startHttpServer({
    address: '127.0.0.1:0',
    socket: null,
    async handler({ upload }) {
      let bytes = 0;
      for await (const chunk of upload ?? []) bytes += chunk.length;
      // Looking at a large file takes its time.
      await setTimeout(3 * IDLE_MS);
      return jsonResponse(200, String(bytes));
    },
    decorate: (_, answer) => answer,
    isUpload: () => true,
    uploadIdleMs: IDLE_MS,
    drain: createDrain(),
    log: createLogger({ level: 'silent', destination: { write: () => undefined } }),
    readerStallMs: 1_000,
    graceMs: 100,
  });
});
afterEach(() => server.stop());

describe('an upload over HTTP', () => {
  it('is answered after it has arrived, however long its inspection takes', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/`, { method: 'POST', body: 'abc' });
    expect(await response.text()).toBe('3');
  });

  it('is cut when it stalls', async () => {
    const call = request({ port: server.port, method: 'POST', headers: { 'content-length': 10 } });
    call.write('abc');
    const [error] = (await once(call, 'close').then(
      () => [null],
      (e: unknown) => [e],
    )) as [NodeJS.ErrnoException | null];
    expect(error?.code).toBe('ECONNRESET');
  });
});
