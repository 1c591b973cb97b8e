import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { sha256File } from '../../shared/sha256-file.js';
import type { ArtifactKey, ArtifactStore } from '../../task/ports/artifact-store.js';
import { safeName } from '../safe-name.js';
import { download } from './download.js';
import type { ObjectStore, StoredObject } from './object-store.js';

const ROOT = 'artifacts/';
const NOTE = '.json';
const NEVER = new AbortController().signal;

/** What is stored beside an artifact: how to tell that it is whole, and what its maker noted. */
interface Card {
  readonly sha256: string;
  readonly note: string;
}

/**
 * Artifacts that all machines share, as `artifacts/tenant/hash` with `artifacts/tenant/hash.json` beside it, so that any machine goes on with what another began.
 * An artifact is checked against its hash each time it is used.
 */
export function createObjectArtifacts(objects: ObjectStore): ArtifactStore {
  const keyOf = ({ tenant, hash }: ArtifactKey) => `${ROOT}${safeName(tenant)}/${safeName(hash)}`;

  async function readCard(at: string): Promise<Card | null> {
    const found = await objects.find(at);
    if (found === null) return null;
    const parts: Uint8Array[] = [];
    for await (const part of objects.read(at, { signal: NEVER })) parts.push(part);
    return parseCard(Buffer.concat(parts).toString('utf8'));
  }

  return {
    isShared: true,

    async get(key, to) {
      const at = keyOf(key);
      const card = await readCard(at + NOTE);
      if (card === null || (await objects.find(at)) === null) return null;
      await download(objects, at, to, NEVER);
      if ((await sha256File(to)) === card.sha256) return card.note;
      await Promise.all([rm(to, { force: true }), objects.remove(at + NOTE), objects.remove(at)]);
      return null;
    },

    async put(key, file, note) {
      const at = keyOf(key);
      const card: Card = { sha256: await sha256File(file), note };
      const cardFile = `${file}.${randomUUID()}${NOTE}`;
      try {
        await objects.put(at, file);
        await writeFile(cardFile, JSON.stringify(card));
        await objects.put(at + NOTE, cardFile);
      } finally {
        await rm(cardFile, { force: true });
      }
    },
  };
}

/** A machine's own artifacts first, then those that all share; what is found there is kept here, too. */
export function createTieredArtifacts(near: ArtifactStore, far: ArtifactStore): ArtifactStore {
  return {
    isShared: far.isShared,

    async get(key, path) {
      const own = await near.get(key, path);
      if (own !== null) return own;
      const note = await far.get(key, path);
      if (note !== null) await near.put(key, path, note);
      return note;
    },
    async put(key, path, note) {
      await Promise.all([near.put(key, path, note), far.put(key, path, note)]);
    },
  };
}

/** Removes the oldest artifacts of all machines until they take nine tenths of `maxBytes`, if they take more than that. */
export async function sweepArtifacts(objects: ObjectStore, maxBytes: number): Promise<void> {
  const all: StoredObject[] = [];
  for await (const object of objects.list(ROOT)) all.push(object);
  let total = all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total <= maxBytes) return;
  all.sort((a, b) => a.storedMs - b.storedMs);
  for (const { key, sizeBytes } of all) {
    if (total <= maxBytes * 0.9) return;
    await objects.remove(key);
    total -= sizeBytes;
  }
}

function parseCard(text: string): Card | null {
  try {
    const card = JSON.parse(text) as Partial<Card>;
    return typeof card.sha256 === 'string' && typeof card.note === 'string' ? (card as Card) : null;
  } catch {
    return null;
  }
}
