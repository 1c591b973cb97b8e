/**
 * Schemathesis, a fuzzer of OpenAPI documents, from PyPI at a pinned version into the user's cache. Fetched when the tests need it.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSION = '4.32.5';

/** The folder with its packages, for PYTHONPATH. */
export const schemathesisFolder = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'cutroom',
  `schemathesis-${VERSION}`,
);

/** Installs it, unless it is there. May be called by several processes at once. */
export async function ensureSchemathesis() {
  if (existsSync(schemathesisFolder)) return;
  const scratch = `${schemathesisFolder}.${randomUUID()}`;
  await mkdir(dirname(scratch), { recursive: true });
  try {
    // Into a folder of its own: a Python of the system takes no packages beside its own.
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', scratch];
    await run('python3', [...args, `schemathesis==${VERSION}`]);
    await rename(scratch, schemathesisFolder).catch((error) => {
      if (!existsSync(schemathesisFolder)) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
