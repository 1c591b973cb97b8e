import { Client, credentials } from '@grpc/grpc-js';

/** Asks `grpc.health.v1.Health/Check` about the server as a whole. */
export async function healthOf(address: string): Promise<'SERVING' | 'NOT_SERVING' | 'UNKNOWN'> {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  const asIs = (bytes: Buffer) => bytes;
  try {
    const answer = await new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest('/grpc.health.v1.Health/Check', asIs, asIs, Buffer.alloc(0), (error, value) => {
        if (value) resolve(value);
        else reject(error ?? new Error('no answer'));
      });
    });
    // Field 1, a varint: the status.
    return answer[1] === 1 ? 'SERVING' : answer[1] === 2 ? 'NOT_SERVING' : 'UNKNOWN';
  } finally {
    client.close();
  }
}
