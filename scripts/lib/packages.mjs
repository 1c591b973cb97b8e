/** What package-lock.json says of the packages that are installed: their licences, and whether they run scripts while they are installed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckFailedError } from './fail.mjs';
import { root } from './root.mjs';
import { CommandError, run } from './run.mjs';
import { warn } from './say.mjs';

/** Licences that a service may be shipped under, whatever the licence of its user. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'OFL-1.1',
  'Unlicense',
];

/** Packages with another licence, or none in the lock file, and why they are used all the same. */
const NAMED = {
  async: 'MIT, by its LICENSE file',
  busboy: 'MIT, by its LICENSE file',
  streamsearch: 'MIT, by its LICENSE file',
  'libheif-js': 'LGPL-3.0: used as a library, not changed',
};
const NAMED_SCOPES = { '@img/sharp-': 'LGPL-3.0-or-later: libvips as a library of its own, not changed' };

/** Checks the packages of the service against the lists above, and all packages with an install script against `allowScripts` of package.json. */
export async function checkPackages() {
  const packages = await lockedPackages();
  const { allowScripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const problems = packages.flatMap(({ name, license, dev, hasInstallScript, integrity, link }) => [
    ...(dev || isAllowed(name, license) ? [] : [`${name} has the licence ${license ?? 'none'}`]),
    ...(hasInstallScript && !(name in allowScripts)
      ? [`${name} runs a script when it is installed, and is not in allowScripts`]
      : []),
    ...(integrity || link ? [] : [`${name} has no checksum`]),
  ]);
  if (problems.length > 0) throw new CheckFailedError(problems.join('\n'));
}

/** Lets npm check the signatures of all packages. Says so when the registry does not answer: some mirrors have no signatures. */
export async function checkSignatures() {
  const args = ['audit', 'signatures', '--fetch-retries=0', '--fetch-timeout=10000'];
  await run('npm', args, { cwd: root, quiet: true }).catch((error) => {
    if (!(error instanceof CommandError) || !/npm error (network|code E(NOT|CONN|AI_|404|TIMEDOUT))/.test(error.output))
      throw error;
    warn('NOT CHECKED: the registry has no signatures to give');
  });
}

async function lockedPackages() {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({
      ...entry,
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    }));
}

function isAllowed(name, license) {
  if (name in NAMED || Object.keys(NAMED_SCOPES).some((scope) => name.startsWith(scope))) return true;
  const all = (license ?? '').replace(/[()]/g, '').split(/\s+AND\s+/);
  return all.every((each) => ALLOWED.includes(each));
}
