import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { createS3Objects } from '../../src/media/objects/s3-objects.js';
import { describeObjectStore } from '../contract/object-store.contract.js';
import { S3_KEYS, startS3Server, type S3Server } from './s3-server.js';

let server: S3Server;
beforeAll(async () => {
  Object.assign(process.env, S3_KEYS);
  server = await startS3Server();
});
afterAll(() => server.stop());

describeObjectStore(
  {
    name: 'an S3 bucket',
    make: async () => {
      const bucket = `b-${randomUUID()}`;
      await server.makeBucket(bucket);
      const objects = createS3Objects({
        bucket,
        prefix: 'cutroom/videos',
        endpoint: server.endpoint,
        pathStyle: true,
        encryption: null,
      });
      return { objects, close: () => Promise.resolve() };
    },
  },
  { skip: false },
);
