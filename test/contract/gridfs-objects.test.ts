import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GridFSBucket, MongoClient, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGridFsObjects } from '../../src/media/objects/gridfs-objects.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../support/mongod.js';
import { describeObjectStore } from './object-store.contract.js';

const skip = skipWithoutMongod();
let mongod: Mongod;
let client: MongoClient;

if (!skip) {
  beforeAll(async () => {
    mongod = await startMongod();
    client = await new MongoClient(mongod.uriOf('objects'), { writeConcern: { w: 'majority' } }).connect();
  });
  afterAll(async () => {
    await client.close();
    await mongod.stop();
  });
}

describeObjectStore(
  {
    name: 'GridFS',
    make: () => {
      const db = client.db(`objects-${randomUUID()}`);
      return Promise.resolve({
        objects: createGridFsObjects(db),
        close: async () => {
          await db.dropDatabase();
        },
      });
    },
  },
  { skip },
);

describe.skipIf(skip)('the sweep of GridFS', () => {
  it('removes chunks that killed processes left more than an hour ago, and no others', async () => {
    const db = client.db(`objects-${randomUUID()}`);
    const objects = createGridFsObjects(db);
    const folder = await mkdtemp(join(tmpdir(), 'cutroom-gridfs-'));
    await writeFile(join(folder, 'file'), 'bytes');
    await objects.put('whole', join(folder, 'file'));
    const chunks = db.collection('objects.chunks');
    const bucket = new GridFSBucket(db, { bucketName: 'objects' });
    // As old as a whole one may be.
    const oldWhole = bucket.openUploadStreamWithId(ObjectId.createFromTime(1_700_000_000), 'old and whole');
    await new Promise<void>((resolve) => {
      oldWhole.end('old bytes', resolve);
    });
    const killed = ObjectId.createFromTime(1_700_000_001);
    const underWay = new ObjectId();
    for (const files_id of [killed, underWay])
      await chunks.insertMany([0, 1].map((n) => ({ files_id, n, data: Buffer.from('part') })));
    await objects.sweep();
    expect(await chunks.countDocuments({ files_id: killed })).toBe(0);
    expect(await chunks.countDocuments({ files_id: underWay })).toBe(2);
    expect(await objects.find('whole')).toMatchObject({ sizeBytes: 5 });
    expect(await objects.find('old and whole')).toMatchObject({ sizeBytes: 9 });
    await rm(folder, { recursive: true });
    await db.dropDatabase();
  });
});
