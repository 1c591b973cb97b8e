import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApiUnderTest({ release: '1.2.3' });
});
afterAll(() => under.stop());

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const calls = () => under.log.filter(({ msg }) => msg === 'call');

describe('the service', () => {
  it('logs the reasons and the fields of a refused call, and the ids of its caller', async () => {
    const body = JSON.stringify({ requestId: 'no', spec: { montage: { materials: [{ uri: '' }] } } });
    const headers = { 'x-request-id': 'r-1', traceparent: TRACE };
    await fetch(`${under.httpUrl}/v1/tasks`, { method: 'POST', body, headers });
    expect(calls().at(-1)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_REQUEST',
      fields: ['spec.montage.materials[0].uri', 'request_id'],
      violations: 2,
      requestId: 'r-1',
      traceparent: TRACE,
    });
    await fetch(`${under.httpUrl}/v1/tasks/nobody`);
    expect(calls().at(-1)).toMatchObject({ code: 'NOT_FOUND', reason: 'TASK_NOT_FOUND' });
    expect(calls().at(-1)).not.toHaveProperty('requestId');
  });

  /** A call of the health service, with this metadata; the answer's header. */
  function check(metadata: Metadata): Promise<Metadata> {
    const client = new Client(under.grpcAddress, credentials.createInsecure());
    const same = (bytes: Buffer) => bytes;
    return new Promise((resolve, reject) => {
      let header = new Metadata();
      client
        .makeUnaryRequest('/grpc.health.v1.Health/Check', same, same, Buffer.alloc(0), metadata, (error) => {
          client.close();
          if (error) reject(error);
          else resolve(header);
        })
        .on('metadata', (received: Metadata) => (header = received));
    });
  }

  it('logs the ids of a caller over gRPC, and no invalid ones', async () => {
    const metadata = new Metadata();
    metadata.set('x-request-id', 'r-2');
    metadata.set('traceparent', 'x'.repeat(200));
    await check(metadata);
    expect(calls().at(-1)).toMatchObject({ method: 'Check', requestId: 'r-2' });
    expect(calls().at(-1)).not.toHaveProperty('traceparent');
  });

  it('shows its release in the metadata of health, and in the OpenAPI document', async () => {
    expect((await check(new Metadata())).get('cutroom-release')).toEqual(['1.2.3']);
    const document = (await (await fetch(`${under.httpUrl}/openapi.json`)).json()) as { info: { version: string } };
    expect(document.info.version).toBe('1.2.3');
  });
});

it('keeps the ids of a submit with its task, for the log lines of its worker', async () => {
  const body = JSON.stringify({ spec: { montage: { materials: [{ uri: 'a.mp4' }] } } });
  const headers = { 'x-request-id': 'r-3', traceparent: TRACE };
  const answer = await fetch(`${under.httpUrl}/v1/tasks`, { method: 'POST', body, headers });
  const task = (await answer.json()) as { name: string };
  const stored = await under.store.get({ tenant: 'default', id: task.name.slice('tasks/'.length) });
  expect(stored).toMatchObject({ requestId: null, trace: { requestId: 'r-3', traceparent: TRACE } });
  // They are for logs only.
  expect(JSON.stringify(task)).not.toContain('r-3');
});
