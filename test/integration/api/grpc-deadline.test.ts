import { once } from 'node:events';
import { connect } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SubmitTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApiUnderTest();
});
afterAll(() => under.stop());

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

describe('a call whose deadline passes before its caller has sent all', () => {
  it('is not carried out when the rest comes', async () => {
    const spec = { kind: { $case: 'montage' as const, value: { materials: [{ uri: 'a.mp4' }] } } };
    const request = SubmitTaskRequest.encode(SubmitTaskRequest.fromPartial({ spec })).finish();
    const session = connect(`http://${under.grpcAddress}`);
    try {
      const call = (headers: Record<string, string> = {}) =>
        session.request({
          ...{ ':method': 'POST', ':path': '/cutroom.v1.TaskService/SubmitTask' },
          ...{ 'content-type': 'application/grpc', te: 'trailers', ...headers },
        });
      const late = call({ 'grpc-timeout': '50m' });
      late.write(framed(request));
      const [told] = (await once(late, 'response')) as [Record<string, unknown>];
      expect(told['grpc-status']).toBe('4');
      late.end();
      late.resume();
      // The server has seen the end of the late one before a whole call that was sent after it.
      const next = call();
      next.end(framed(request));
      next.resume();
      await once(next, 'close');
      expect(await under.tasks.count('default')).toBe(1);
    } finally {
      session.close();
    }
  });
});
