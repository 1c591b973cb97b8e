import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { claimed, progressed, succeeded } from '../../src/task/lifecycle.js';
import { startApiUnderTest } from '../integration/api/api-under-test.js';
import { eventually } from '../support/eventually.js';
import { progressAt } from '../support/paused-renderer.js';
import { openBrowser } from './open-browser.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** What the page tells of itself. */
interface Report {
  readonly kind: 'submitted' | 'open' | 'state' | 'closed' | 'failed';
  readonly value: string;
}

/** A page of another origin: it submits a task, follows it by EventSource, and tells each thing that happens to the server that it came from. */
const page = (api: string) => `<!doctype html><script type="module">
  const tell = (kind, value) => fetch('/report', { method: 'POST', body: JSON.stringify({ kind, value: String(value) }) });
  try {
    const spec = { montage: { materials: [{ uri: 'a.mp4' }] } };
    const answer = await fetch('${api}/v1/tasks', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ spec }) });
    const task = await answer.json();
    await tell('submitted', task.taskId);
    const source = new EventSource('${api}/v1/' + task.name + ':watch');
    source.onopen = () => tell('open', '');
    source.onmessage = ({ data, lastEventId }) => tell('state', JSON.parse(data).state + ' ' + lastEventId);
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) tell('closed', ''); };
  } catch (error) {
    tell('failed', error);
  }
</script>`;

/** Serves the page and collects what it tells. */
async function servePage(): Promise<{ origin: string; reports: Report[]; showFor: (api: string) => void }> {
  const reports: Report[] = [];
  let html = '';
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (request.url === '/report') reports.push(JSON.parse(body) as Report);
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(request.url === '/' ? html : '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(
    () => server.close(),
    () => {
      server.closeAllConnections();
    },
  );
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reports,
    showFor: (api) => {
      html = page(api);
    },
  };
}

it('a page of another origin submits a task and follows it by EventSource to its end, through a cut connection', async () => {
  const { origin, reports, showFor } = await servePage();
  const under = await startApiUnderTest({ corsOrigins: [origin] });
  closers.push(() => under.stop());
  const proxy = await cuttingProxy(under.api.httpPort);
  showFor(proxy.url);
  closers.push(await openBrowser(origin));

  const told = (kind: Report['kind']) => reports.filter((report) => report.kind === kind).map(({ value }) => value);
  const state = (value: string) =>
    eventually(`${value}; told: ${JSON.stringify(reports)}`, () => told('state').includes(value), 20_000);
  await eventually('the page submits', () => reports.length > 0, 30_000);
  expect(told('failed')).toEqual([]);
  const [id = ''] = told('submitted');
  await state('QUEUED 1');
  await under.change(id, (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
  await state('RUNNING 2');

  proxy.cut();
  await under.change(id, (task) => progressed(task, progressAt(50), Date.now()));
  await state('RUNNING 3');
  await under.change(id, (task) => succeeded(task, { outputs: [], warnings: [] }, Date.now()));
  await state('SUCCEEDED 4');
  await eventually('it does not come back', () => told('closed').length > 0, 20_000);
  // Nothing twice, though it came back with its cursor.
  expect(told('state')).toEqual(['QUEUED 1', 'RUNNING 2', 'RUNNING 3', 'SUCCEEDED 4']);
  expect(told('open').length).toBeGreaterThanOrEqual(2);
});

/** Hands connections on, byte by byte, until they are cut. */
async function cuttingProxy(port: number): Promise<{ url: string; cut(): void }> {
  const pairs = new Set<() => void>();
  const server = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    const end = () => {
      near.destroy();
      far.destroy();
      pairs.delete(end);
    };
    pairs.add(end);
    near.on('error', end).on('close', end);
    far.on('error', end).on('close', end);
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const end of [...pairs]) end();
  };
  closers.push(() => server.close(), cut);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
}
