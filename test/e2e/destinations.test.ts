import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { failureOf, type ForeignClient } from '../support/foreign-client.js';
import { startPutReceiver, type PutReceiver } from '../support/put-receiver.js';
import type { SpawnedService } from '../support/spawned-service.js';
import { deploy, get, watchToEnd, type Deployment, type ForeignTask } from './deployment.js';

let place: Deployment;
let receiver: PutReceiver;
let service: SpawnedService;
let client: ForeignClient;
beforeAll(async () => {
  [place, receiver] = await Promise.all([deploy('SQLite'), startPutReceiver()]);
  await place.media.video('red.mp4', { size: '160x284', colors: ['c81e1e'], secondsEach: 1 });
  service = await place.start({ CUTROOM_HTTP_ALLOW: `127.0.0.1:${receiver.port}` });
  client = place.client(service);
});
afterAll(async () => {
  await place.close();
  await receiver.close();
});

const SIGNED = 'X-Signature=s3cret';
const montage = { materials: [{ uri: 'red.mp4' }], resolution: 144 };
async function submitTo(url: string, headers: Record<string, string> = {}): Promise<ForeignTask> {
  const outputs = [{ key: 'a.mp4', mp4: {}, destination: { http_put: { url, headers } } }];
  return (await client.call('SubmitTask', { spec: { montage, outputs } })) as unknown as ForeignTask;
}

describe('an output with a destination', () => {
  it('is there, whole, before its task SUCCEEDED, and is served here too', async () => {
    const { name } = await submitTo(`${receiver.url}/bucket/a.mp4?${SIGNED}`, { 'X-Amz-Acl': 'private' });
    const { task } = (await watchToEnd(client, name)).at(-1)!;
    expect(task).toMatchObject({ state: 'SUCCEEDED' });
    const [output] = task.outputs as unknown as { url: string; sha256: string; destination_url: string }[];
    expect(output!.destination_url).toBe(`${receiver.url}/bucket/a.mp4`);
    expect(receiver.puts).toMatchObject([
      {
        path: `/bucket/a.mp4?${SIGNED}`,
        sha256: output!.sha256,
        isWhole: true,
        headers: { 'x-amz-acl': 'private', 'content-type': 'video/mp4' },
      },
    ]);
    const served = Buffer.from(await (await fetch(output!.url)).arrayBuffer());
    expect(createHash('sha256').update(served).digest('hex')).toBe(output!.sha256);
  });

  it('ends its task with the field and the answer where it is refused, and its signature is in no log', async () => {
    receiver.answer = (response) => response.writeHead(403).end();
    const { name } = await submitTo(`${receiver.url}/bucket/b.mp4?${SIGNED}`);
    const { task } = (await watchToEnd(client, name)).at(-1)!;
    expect(task).toMatchObject({
      state: 'FAILED',
      error: {
        reason: 'DESTINATION_REFUSED',
        category: 'CATEGORY_OUTPUT',
        field: 'spec.outputs[0].destination.http_put.url',
        status: { message: expect.stringContaining('it answered 403') as string },
      },
    });
    expect(JSON.stringify(task)).not.toContain('s3cret');
    expect(place.log().join('\n')).not.toContain('s3cret');
  });

  it('is put to by no task that was cancelled meanwhile', async () => {
    let [isTaking, isCut] = [false, false];
    receiver.take = (request, response) => {
      isTaking = true;
      response.on('close', () => (isCut = true));
    };
    const { name } = await submitTo(`${receiver.url}/bucket/c.mp4?${SIGNED}`);
    await eventually('the upload', () => isTaking, 60_000);
    await client.call('CancelTask', { name });
    await eventually('the end', async () => (await get(client, name)).state === 'CANCELLED');
    await eventually('the upload is cut, though it was not answered', () => isCut);
    receiver.take = null;
  });

  it('is refused at submit where it must not be', async () => {
    const failure = await failureOf(submitTo('http://169.254.169.254/latest', { Host: 'a' }));
    expect(failure.message).toContain('spec.outputs[0].destination.http_put.headers["Host"]');
    expect(failure.message).toContain('spec.outputs[0].destination.http_put.url');
  });
});
