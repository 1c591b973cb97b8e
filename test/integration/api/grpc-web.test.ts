import { once } from 'node:events';
import { connect } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SubmitTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { connect as connectByGrpc } from '../../support/foreign-client.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApiUnderTest({ corsOrigins: ['https://studio.example'] });
});
afterAll(() => under.stop());

const PATH = '/cutroom.v1.TaskService/SubmitTask';
const MATERIALS = [{ uri: 'a.mp4' }];

/** A valid submit in the frame that gRPC and gRPC-Web share. */
function frame(): Buffer {
  const spec = { kind: { $case: 'montage', value: { materials: MATERIALS } } } as const;
  const message = SubmitTaskRequest.encode(SubmitTaskRequest.fromPartial({ spec })).finish();
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Sends a submit over HTTP/2 to the gRPC port. @returns the headers of the answer. */
async function sendToGrpcPort(contentType: string): Promise<Record<string, unknown>> {
  const session = connect(`http://${under.grpcAddress}`);
  try {
    const stream = session.request({ ':method': 'POST', ':path': PATH, 'content-type': contentType, te: 'trailers' });
    stream.end(frame());
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    stream.resume();
    await once(stream, 'close');
    return headers;
  } finally {
    session.close();
  }
}

const countOfTasks = async () => under.tasks.count('default');

describe('a call of gRPC-Web', () => {
  it.each(['application/grpc-web', 'application/grpc-web+proto', 'application/grpc-web-text+proto'])(
    'as %s is refused on the gRPC port with a status that its client reads, and not carried out',
    async (contentType) => {
      expect(await sendToGrpcPort(contentType)).toMatchObject({
        ':status': 200,
        'content-type': contentType,
        'grpc-status': '12',
        'grpc-message': expect.stringMatching(/^gRPC-Web is not served here/) as unknown,
      });
      expect(await countOfTasks()).toBe(0);
    },
  );

  it.each([PATH, '/v1/tasks'])('is refused on the HTTP port at %s, readable by a page', async (path) => {
    const headers = {
      'content-type': 'application/grpc-web+proto',
      origin: 'https://studio.example',
      'x-grpc-web': '1',
    };
    const answer = await fetch(under.httpUrl + path, { method: 'POST', headers, body: frame() });
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'grpc-status': '12',
      'grpc-message': expect.stringMatching(/^gRPC-Web is not served here/) as unknown,
      'access-control-allow-origin': 'https://studio.example',
      'access-control-expose-headers': expect.stringContaining('Grpc-Status') as unknown,
    });
    expect(await countOfTasks()).toBe(0);
  });
});

describe('a call of gRPC', () => {
  it('is carried out on the same connections', async () => {
    const client = connectByGrpc(under.grpcAddress);
    try {
      expect(await client.call('SubmitTask', { spec: { montage: { materials: MATERIALS } } })).toMatchObject({
        state: 'QUEUED',
      });
    } finally {
      client.close();
    }
  });
});
