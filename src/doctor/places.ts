import { access, constants, stat, statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import path from 'node:path';
import type { Config } from '../config/config.js';
import { machineMemory } from '../config/memory.js';
import { fixedPartOf } from '../shared/tenant-roots.js';
import { type Check, fail, ok, warn } from './check.js';

/** Below this a render of some minutes may not fit. */
const ENOUGH_DISK_BYTES = 5e9;
/** Below this hardly any render fits. */
const LEAST_DISK_BYTES = 500e6;
/** The memory of a render of ordinary length at 1080p. */
const LEAST_MEMORY_BYTES = 1.5e9;

/** Whether the data folder can be written, or made. */
export async function checkDataDir({ dataDir }: Pick<Config, 'dataDir'>): Promise<Check> {
  const there = await nearestThere(dataDir);
  const isWritable = await access(there, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable)
    return fail('data', `${there} is not writable`, 'make it writable, or set CUTROOM_DATA_DIR to a folder that is');
  return ok('data', there === dataDir ? dataDir : `${dataDir}, to be made on first use`);
}

/** Whether each input root can be read. */
export async function checkInputRoots({ inputRoots }: Pick<Config, 'inputRoots'>): Promise<Check[]> {
  return Promise.all(
    inputRoots.map(fixedPartOf).map(async (root) => {
      const isFolder = await stat(root).then(
        (info) => info.isDirectory(),
        () => false,
      );
      if (!isFolder) return fail('inputs', `${root} is no folder`, 'make it, or take it out of CUTROOM_INPUT_ROOTS');
      const isReadable = await access(root, constants.R_OK | constants.X_OK).then(
        () => true,
        () => false,
      );
      return isReadable
        ? ok('inputs', root)
        : fail('inputs', `${root} cannot be read`, 'let this user read it, or take it out of CUTROOM_INPUT_ROOTS');
    }),
  );
}

/** Room where scratch files and finished videos go. */
export async function checkDisk({ dataDir }: Pick<Config, 'dataDir'>): Promise<Check> {
  const { bavail, bsize } = await statfs(await nearestThere(dataDir));
  return judgeDisk(bavail * bsize);
}

/** Judges an amount of free disk. */
export function judgeDisk(freeBytes: number): Check {
  const found = `${(freeBytes / 1e9).toFixed(1)} GB free`;
  const fix = 'make room, or set CUTROOM_DATA_DIR to a larger disk';
  if (freeBytes < LEAST_DISK_BYTES) return fail('disk', found, fix);
  return freeBytes < ENOUGH_DISK_BYTES ? warn('disk', found, fix) : ok('disk', found);
}

/** Memory of this machine, or of the container if that has less. */
export function checkMemory(config: MemoryConfig): Check {
  const total = machineMemory();
  return judgeMemory(config, { totalBytes: total, freeBytes: Math.min(total, freemem()) });
}

type MemoryConfig = Pick<Config, 'slots' | 'renders' | 'inspections'>;

/** Judges an amount of memory against the limits of renders. */
export function judgeMemory(
  { slots, renders, inspections }: MemoryConfig,
  memory: { totalBytes: number; freeBytes: number },
): Check {
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  const found = `${gigabytes(memory.totalBytes)}, ${gigabytes(memory.freeBytes)} free; each of ${renders.atOnce} encoders may use ${gigabytes(renders.bytes)}`;
  if (memory.totalBytes < LEAST_MEMORY_BYTES * Math.max(1, slots)) {
    return warn(
      'memory',
      `${found}, for ${slots} renders at a time`,
      'lower CUTROOM_SLOTS, or give it more: about 1.5 GB per render at 1080p',
    );
  }
  if (renders.bytes * renders.atOnce + inspections.bytes * inspections.atOnce > memory.totalBytes) {
    return warn(
      'memory',
      `${found}: CUTROOM_MEMORY_MB lets renders use more than there is`,
      'leave CUTROOM_MEMORY_MB out: the default fits this machine, so that one that grows fails alone',
    );
  }
  return ok('memory', found);
}

async function nearestThere(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return isThere || path.dirname(folder) === folder ? folder : nearestThere(path.dirname(folder));
}
