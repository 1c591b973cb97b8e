import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openObjects } from '../app/open-storage.js';
import type { Config } from '../config/config.js';
import { type Check, fail, messageOf, ok } from './check.js';

const FIXES = {
  GRIDFS: 'start the replica set that MONGODB_URI names, with a user that may write to its database',
  S3: 'correct CUTROOM_STORAGE, CUTROOM_S3_ENDPOINT, CUTROOM_S3_ADDRESSING or the credentials; they need to get, put, delete and list objects',
} as const;

/** Stores a small object, finds it and removes it. */
export async function* checkStorage({ storage }: Pick<Config, 'storage'>): AsyncGenerator<Check, void> {
  if (storage.kind === 'LOCAL') return;
  const name = storage.kind === 'S3' ? `bucket ${storage.bucket}` : 'GridFS';
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-doctor-'));
  const opened = await openObjects({ storage }).catch((error: unknown) => error as Error);
  try {
    if (opened instanceof Error) throw opened;
    if (opened === null) return;
    const { objects } = opened;
    const key = `doctor/${randomUUID()}`;
    await writeFile(path.join(folder, 'file'), 'a check of cutroom doctor');
    await objects.put(key, path.join(folder, 'file'));
    const found = await objects.find(key);
    await objects.remove(key);
    yield found === null
      ? fail('storage', `${name}: an object that was stored is not there`, FIXES[storage.kind])
      : ok('storage', `${name}: objects can be stored, found and removed`);
  } catch (error) {
    yield fail('storage', `${name}: ${messageOf(error)}`, FIXES[storage.kind]);
  } finally {
    if (opened !== null && !(opened instanceof Error)) await opened.close();
    await rm(folder, { recursive: true });
  }
}
