import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/config.js';
import type { BucketDestinations } from '../config/destinations.js';
import { claimScratchRoot } from '../engine/scratch-root.js';
import { createInputCaches, type InputCaches } from '../media/input-cache/input-cache.js';
import { createLocalArtifacts } from '../media/local-artifacts.js';
import type { ObjectStore } from '../media/objects/object-store.js';
import { createTenantAssets } from '../media/tenant-media.js';
import type { Metrics } from '../observability/metrics.js';
import { tryLockFile } from '../store/sqlite/file-lock.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { ServiceContext } from './service-context.js';
import type { TenantRules } from './tenant-rules.js';

const MIB = 1024 * 1024;
/** Downloads are given up well before workers pause for want of room. */
const TIMES_MIN_FREE = 4;
const LEAST_FREE_BYTES = 64 * MIB;

export interface InputParts {
  readonly config: Config;
  readonly rules: TenantRules;
  readonly destinations: Pick<BucketDestinations, 'inputsOf'>;
  /** Where uploads are; null: in the data folder. */
  readonly objects: ObjectStore | null;
  readonly metrics: Pick<Metrics, 'inputFetched'>;
  readonly events: Pick<TaskEvents, 'backgroundError'>;
}

/** The inputs of all tenants, and the folder in which this process works with them. @param cleanups gets what ends them. */
export async function openInputs(
  parts: InputParts,
  cleanups: (() => Promise<unknown>)[],
): Promise<Pick<ServiceContext, 'assets' | 'scratchRoot'>> {
  const { config, rules, destinations, objects } = parts;
  const scratchRoot = await claimScratch(config, cleanups);
  const inputCaches = await openInputCaches(parts, scratchRoot);
  cleanups.push(() => {
    inputCaches.close();
    return Promise.resolve();
  });
  const inputBuckets: BucketDestinations['inputsOf'] = (tenant) => destinations.inputsOf(tenant);
  return { scratchRoot, assets: createTenantAssets({ ...config, ...rules, objects, inputBuckets, inputCaches }) };
}

/** Null: this process renders nothing. */
async function claimScratch({ slots, dataDir }: Config, cleanups: (() => Promise<unknown>)[]): Promise<string | null> {
  if (slots === 0) return null;
  const scratch = await claimScratchRoot(path.join(dataDir, 'scratch'), tryLockFile);
  cleanups.push(() => scratch.release());
  return scratch.folder;
}

/** What is kept of inputs from elsewhere, in `inputs` of the data folder. A setting of 0 removes it. */
async function openInputCaches(
  { config, metrics, events }: InputParts,
  scratchRoot: string | null,
): Promise<InputCaches> {
  const { dataDir, inputCacheBytes: maxBytes, minFreeBytes } = config;
  const folder = path.join(dataDir, 'inputs');
  const isKept = scratchRoot !== null && maxBytes > 0;
  if (scratchRoot !== null && !isKept) await rm(folder, { recursive: true, force: true });
  const entries = isKept ? createLocalArtifacts({ folder, maxBytes }) : null;
  await entries?.sweep();
  return createInputCaches({
    entries,
    folder: scratchRoot ?? dataDir,
    keepFreeBytes: Math.max(LEAST_FREE_BYTES, TIMES_MIN_FREE * minFreeBytes),
    onFetched: metrics.inputFetched,
    onProblem: (message, cause) => {
      events.backgroundError(message, cause);
    },
  });
}
