import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckFailedError } from './fail.mjs';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { step } from './say.mjs';

/**
 * Installs exactly what package-lock.json says, unless it is already there. Install scripts are not run: the packages
 * carry their binaries, and what none of them runs cannot fail or reach for the network.
 */
export async function ensureNpmPackages() {
  if (installedMatchesLock()) return;
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new CheckFailedError(
      'node_modules is a link, and not what package-lock.json says. npm ci would empty what it points to: install there yourself.',
    );
  }
  await step('npm packages', () =>
    run('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      quiet: true,
    }),
  );
}

/**
 * npm writes node_modules/.package-lock.json when an install is complete, so comparing it with the lockfile also
 * notices one that was cut short. Packages for other platforms are optional and not in it.
 */
function installedMatchesLock() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  let installed;
  try {
    installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  } catch {
    return false;
  }
  const same = (a, b) => a.version === b?.version && a.integrity === b?.integrity;
  return (
    Object.entries(wanted).every(([path, entry]) => path === '' || entry.optional || same(entry, installed[path])) &&
    Object.entries(installed).every(([path, entry]) => same(entry, wanted[path]))
  );
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
