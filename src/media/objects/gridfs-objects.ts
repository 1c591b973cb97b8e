import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { GridFSBucket, ObjectId, type Db, type GridFSFile } from 'mongodb';
import type { ByteRange } from '../../task/ports/output-store.js';
import type { ObjectStore, StoredObject } from './object-store.js';

const CHUNK_BYTES = 1024 * 1024;
/** No upload takes so long: chunks without a file are those of a killed process. */
const STALE_MS = 3_600_000;
const BATCH = 1_000;

/**
 * Objects in GridFS. A file's document is written after its chunks, so an object is seen whole or not at all. Each version of a key has an id of its own,
 * and the newest counts: two that store one key at once do not mix.
 */
export function createGridFsObjects(db: Db, bucketName = 'objects'): ObjectStore {
  const bucket = new GridFSBucket(db, {
    bucketName,
    chunkSizeBytes: CHUNK_BYTES,
    writeConcern: { w: 'majority' },
  });
  const files = db.collection<GridFSFile>(`${bucketName}.files`);
  const chunks = db.collection(`${bucketName}.chunks`);

  async function newest(key: string): Promise<GridFSFile | null> {
    const [file] = await files.find({ filename: key }).sort({ uploadDate: -1, _id: -1 }).limit(1).toArray();
    return file ?? null;
  }

  async function removeOlder(key: string, than: ObjectId | null): Promise<void> {
    const filter = than === null ? { filename: key } : { filename: key, _id: { $lt: than } };
    for (const { _id } of await files.find(filter).project<{ _id: ObjectId }>({ _id: 1 }).toArray())
      await bucket.delete(_id).catch(ignoreMissing);
  }

  return {
    async put(key, file, { signal } = {}) {
      const upload = bucket.openUploadStream(key);
      try {
        await pipeline(createReadStream(file, { highWaterMark: CHUNK_BYTES }), upload, signal ? { signal } : {});
      } catch (error) {
        await upload.abort().catch(() => undefined);
        throw error;
      }
      await removeOlder(key, upload.id);
    },

    async find(key) {
      const file = await newest(key);
      return file && objectOf(file);
    },

    async *read(key, { range, signal }) {
      signal.throwIfAborted();
      const file = await newest(key);
      if (file === null) throw new Error(`there is no object ${key}`);
      yield* readChunks(bucket, file, range ?? { start: 0, end: file.length - 1 }, signal);
    },

    async *list(prefix) {
      // The newest of a name comes last, in the order of the driver's index.
      let last: GridFSFile | null = null;
      const filter = { filename: { $gte: prefix, $lt: `${prefix}\uffff` } };
      for await (const file of files.find(filter).sort({ filename: 1, uploadDate: 1 })) {
        if (last !== null && file.filename !== last.filename) yield objectOf(last);
        last = file;
      }
      if (last !== null) yield objectOf(last);
    },

    remove: (key) => removeOlder(key, null),

    async sweep() {
      const before = ObjectId.createFromTime(Math.floor((Date.now() - STALE_MS) / 1000));
      let after = new ObjectId('000000000000000000000000');
      for (;;) {
        const ids = await chunks
          .find({ files_id: { $gt: after, $lt: before }, n: 0 })
          // From the index alone: a chunk is a megabyte.
          .project({ _id: 0, files_id: 1 })
          .sort({ files_id: 1 })
          .limit(BATCH)
          .map(({ files_id }) => files_id as ObjectId)
          .toArray();
        const last = ids.at(-1);
        if (last === undefined) return;
        after = last;
        const there = new Set(
          (
            await files
              .find({ _id: { $in: ids } })
              .project<{ _id: ObjectId }>({ _id: 1 })
              .toArray()
          ).map(({ _id }) => _id.toHexString()),
        );
        const orphans = ids.filter((id) => !there.has(id.toHexString()));
        if (orphans.length > 0) await chunks.deleteMany({ files_id: { $in: orphans } });
      }
    },

    presign: null,
  };
}

async function* readChunks(
  bucket: GridFSBucket,
  { _id, length }: GridFSFile,
  { start, end }: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (length === 0) return;
  const stream = bucket.openDownloadStream(_id, { start, end: end + 1 });
  const stop = (): void => {
    stream.destroy(signal.reason as Error);
  };
  signal.addEventListener('abort', stop);
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}

function objectOf({ _id, filename, length, uploadDate }: GridFSFile): StoredObject {
  return { key: filename, sizeBytes: length, storedMs: uploadDate.getTime(), version: _id.toHexString() };
}

/** Another process has removed it. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error) || !error.message.includes('File not found')) throw error;
}
