import { MongoClient } from 'mongodb';
import { createGridFsObjects } from '../media/objects/gridfs-objects.js';
import { databaseOf } from '../store/mongo/clients.js';
import type { ObjectStore } from '../media/objects/object-store.js';

/** A storage that machines share, and what ends its connections. */
export interface OpenedObjects {
  readonly objects: ObjectStore;
  close(): Promise<void>;
}

/** Opens the storage in a database of MongoDB. @throws Error when it does not answer. */
export async function openGridFs(uri: string): Promise<OpenedObjects> {
  // With connections of its own, so that no call of the store waits behind the bytes of a video.
  const client = new MongoClient(uri, {
    appName: 'cutroom-files',
    maxPoolSize: 20,
    readConcern: { level: 'majority' },
    writeConcern: { w: 'majority' },
    readPreference: 'primary',
    // A node that is gone without a word is noticed after 4 s, with the defaults after 40 s.
    ...{ heartbeatFrequencyMS: 2000, connectTimeoutMS: 2000, serverSelectionTimeoutMS: 5000 },
  });
  await client.connect();
  return { objects: createGridFsObjects(client.db(databaseOf(uri))), close: () => client.close() };
}
