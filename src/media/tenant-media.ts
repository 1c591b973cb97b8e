import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { LRUCache } from 'lru-cache';
import { rootsOfTenant } from '../shared/tenant-roots.js';
import { DEFAULT_TENANT } from '../task/caller.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import type { MediaLibrary } from '../task/ports/media-library.js';
import type { MediaUploads } from '../task/ports/media-uploads.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { HttpInputRules } from '../shared/http/target-rules.js';
import { createAssetSource, createUploadedFiles } from './asset-source.js';
import { createBudgetedAssets } from './budgeted-assets.js';
import type { HttpInputsOptions } from './http/http-inputs.js';
import { createLocalLibrary } from './local-library.js';
import { openLocalUploads } from './local-uploads.js';
import type { ObjectStore } from './objects/object-store.js';
import { createObjectUploadSource, DRAFTS, openObjectUploads } from './objects/object-uploads.js';
import type { InputCache } from './input-cache/input-cache.js';
import type { ReadableBuckets } from './s3/bucket-destination.js';
import { createBucketInputs } from './s3/bucket-inputs.js';
import { safeName } from './safe-name.js';

/** Each is small; a tenant that is not among them is put together anew. */
const MAX_TENANTS = 1_000;

export interface TenantMediaOptions {
  /** `{tenant}` in one stands for the tenant. */
  readonly inputRoots: readonly string[];
  readonly dataDir: string;
  readonly httpInputs: Omit<HttpInputsOptions, 'rules' | 'cache'>;
  /** From where the inputs of a tenant are downloaded; asked at each use. */
  readonly httpRules: (tenant: string) => HttpInputRules;
  /** The buckets that inputs of a tenant may be read from; asked at each use. */
  readonly inputBuckets: (tenant: string) => readonly ReadableBuckets[];
  /** The bytes of all inputs of one task of a tenant; null: any number. Asked at each use. */
  readonly inputBytes: (tenant: string) => number | null;
  /** Where uploads are; null: in the data folder. */
  readonly objects: ObjectStore | null;
  /** Of inputs that are fetched from elsewhere. */
  readonly inputCaches: PerTenant<InputCache>;
}

/** Makes a part once for each tenant. */
export function perTenant<T extends object>(make: (tenant: string) => T): PerTenant<T> {
  const made = new LRUCache<string, T>({ max: MAX_TENANTS });
  return {
    of(tenant) {
      const known = made.get(tenant);
      if (known) return known;
      const part = make(tenant);
      made.set(tenant, part);
      return part;
    },
  };
}

/** The inputs of each tenant: its uploads, the files in its roots, the web, and the buckets that are open to it. */
export function createTenantAssets(options: TenantMediaOptions): PerTenant<AssetSource> {
  const { inputRoots, dataDir, httpInputs, httpRules, inputBuckets, inputBytes, objects, inputCaches } = options;
  return perTenant((tenant) => {
    const folder = uploadFolder(dataDir, tenant);
    const cache = inputCaches.of(tenant);
    const assets = createAssetSource({
      inputRoots: rootsOfTenant(inputRoots, tenant),
      except: dataDir,
      uploads: objects
        ? createObjectUploadSource({ objects, prefix: prefixOf(tenant), folder, cache })
        : createUploadedFiles(folder),
      httpInputs: { ...httpInputs, rules: () => httpRules(tenant), cache },
      buckets: createBucketInputs({ buckets: () => inputBuckets(tenant), maxBytes: httpInputs.maxBytes, cache }),
    });
    return createBudgetedAssets(assets, () => inputBytes(tenant));
  });
}

/** The files in the input roots of each tenant. */
export function createTenantLibraries({
  inputRoots,
  dataDir,
}: Pick<TenantMediaOptions, 'inputRoots' | 'dataDir'>): PerTenant<MediaLibrary> {
  return perTenant((tenant) => createLocalLibrary({ roots: rootsOfTenant(inputRoots, tenant), except: dataDir }));
}

/** The uploads of each tenant. */
export interface TenantUploads extends PerTenant<MediaUploads> {
  /** Removes the accepted files of all tenants whose time is up. */
  removeExpired(nowMs: number): Promise<void>;
}

/** @throws Error when the folder cannot be made. */
export async function openTenantUploads(options: {
  readonly dataDir: string;
  readonly nowMs: number;
  /** How long the uploads of a tenant are kept; asked at each sweep. */
  readonly ttlMs: (tenant: string) => number;
  /** The most bytes of all files of all tenants together. */
  readonly maxTotalBytes: number;
  /** Where they are; null: in the data folder. */
  readonly objects: ObjectStore | null;
}): Promise<TenantUploads> {
  const { dataDir, objects, ttlMs, ...rest } = options;
  const counted = [uploadFolder(dataDir, DEFAULT_TENANT), othersFolder(dataDir)];
  const open = (tenant: string): Promise<MediaUploads> => {
    const folder = uploadFolder(dataDir, tenant);
    const limits = { ...rest, ttlMs: () => ttlMs(tenant) };
    return objects
      ? openObjectUploads({
          ...limits,
          ...{ objects, folder, prefix: prefixOf(tenant), counted: UPLOADS, countedFolders: counted },
        })
      : openLocalUploads({ ...limits, folder, counted });
  };
  const ofDefault = await open(DEFAULT_TENANT);
  const others = perTenant((tenant) => openedLater(() => open(tenant)));
  const of = (tenant: string): MediaUploads => (tenant === DEFAULT_TENANT ? ofDefault : others.of(tenant));
  return {
    of,
    async removeExpired(nowMs) {
      await ofDefault.removeExpired(nowMs);
      for (const tenant of await readdir(othersFolder(dataDir)).catch(() => [])) await of(tenant).removeExpired(nowMs);
      if (!objects) return;
      await removeOldObjects(objects, UPLOADS, (tenant) => nowMs - ttlMs(tenant));
      // Of processes that were killed.
      await removeOldObjects(objects, DRAFTS, () => nowMs - STALE_DRAFT_MS);
    },
  };
}

/** Those of all tenants, whichever machine took them. */
async function removeOldObjects(
  objects: ObjectStore,
  prefix: string,
  beforeMs: (tenant: string) => number,
): Promise<void> {
  for await (const { key, storedMs } of objects.list(prefix)) {
    const [tenant = ''] = key.slice(prefix.length).split('/');
    if (storedMs < beforeMs(tenant)) await objects.remove(key);
  }
}

const UPLOADS = 'uploads/';
const STALE_DRAFT_MS = 3_600_000;

/** Of the keys of a tenant's uploads in a shared storage. */
export function prefixOf(tenant: string): string {
  return `${UPLOADS}${safeName(tenant)}/`;
}

/** Opens uploads when they are first asked for, and again after an error. */
function openedLater(open: () => Promise<MediaUploads>): MediaUploads {
  let opened: Promise<MediaUploads> | null = null;
  const uploads = (): Promise<MediaUploads> => {
    opened ??= open().catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  return {
    receive: async (bytes) => (await uploads()).receive(bytes),
    list: async (kind) => (await uploads()).list(kind),
    total: async () => (await uploads()).total(),
    remove: async (uri) => (await uploads()).remove(uri),
    removeExpired: async (nowMs) => (await uploads()).removeExpired(nowMs),
  };
}

/** Those of the one tenant of a service without authentication lie where they always did. Others lie elsewhere, and not within. */
export function uploadFolder(dataDir: string, tenant: string): string {
  return tenant === DEFAULT_TENANT ? path.join(dataDir, 'uploads') : path.join(othersFolder(dataDir), safeName(tenant));
}

export function othersFolder(dataDir: string): string {
  return path.join(dataDir, 'tenant-uploads');
}
