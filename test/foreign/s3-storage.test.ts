import { createHash, randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, submit, watchToEnd, type Deployment } from '../e2e/deployment.js';
import { S3_KEYS, startS3Server, type S3Server } from './s3-server.js';

const run = promisify(execFile);
let place: Deployment;
let server: S3Server;
beforeAll(async () => {
  [place, server] = await Promise.all([deploy('SQLite'), startS3Server()]);
  await place.media.video('red.mp4', { size: '160x284', colors: ['c81e1e'], secondsEach: 1 });
});
afterAll(async () => {
  await place.close();
  await server.stop();
});

async function bucketEnv(): Promise<Record<string, string>> {
  const bucket = `b-${randomUUID()}`;
  await server.makeBucket(bucket);
  return {
    ...S3_KEYS,
    CUTROOM_STORAGE: `s3://${bucket}/videos`,
    CUTROOM_S3_ENDPOINT: server.endpoint,
    CUTROOM_S3_ADDRESSING: 'path',
  };
}

describe('a service with an S3 bucket', () => {
  it.each(['signed', 'presigned'])('serves its videos by %s URLs, whole and in ranges', async (urls) => {
    const service = await place.start({ ...(await bucketEnv()), CUTROOM_OUTPUT_URLS: urls });
    const client = place.client(service);
    const { name } = await submit(client, { materials: [{ uri: 'red.mp4' }], resolution: 144 });
    const task = (await watchToEnd(client, name)).at(-1)!.task;
    expect(task.state).toBe('SUCCEEDED');
    const { url, sha256 } = task.outputs[0]!;
    const answer = await fetch(url);
    expect(new URL(answer.url).origin).toBe(urls === 'signed' ? service.http : server.endpoint);
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    const part = await fetch(url, { headers: { range: 'bytes=5-9' } });
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(5, 10));
    // A player.
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'stream=codec_type',
      '-of',
      'csv=p=0',
      url,
    ]);
    expect(stdout.trim().split('\n').sort()).toEqual(['audio', 'video']);
    await service.kill();
  });

  it('is checked by the doctor', async () => {
    const env = { ...process.env, ...(await bucketEnv()), CUTROOM_DATA_DIR: place.dataDir };
    const doctor = (changes: Record<string, string>) =>
      run('node', ['dist/src/cli/cutroom.js', 'doctor'], {
        env: { ...env, CUTROOM_GRPC_ADDRESS: '127.0.0.1:0', CUTROOM_HTTP_ADDRESS: '127.0.0.1:0', ...changes },
      }).then(
        ({ stdout }) => stdout,
        (error: unknown) => (error as { stdout: string }).stdout,
      );
    expect(await doctor({})).toMatch(/^ok {4}storage +bucket b-\S+: objects can be stored, found and removed$/m);
    expect(await doctor({ CUTROOM_STORAGE: 's3://no-such-bucket' })).toMatch(
      /^fail {2}storage +bucket no-such-bucket: /m,
    );
    expect(await doctor({ AWS_SECRET_ACCESS_KEY: 'wrong' })).toMatch(/^fail {2}storage/m);
  });
});
