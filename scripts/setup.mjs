/**
 * `npm run setup [-- --tests]`: installs what is missing to build and run the service, with --tests also what the
 * tests need. Safe to repeat; quick when there is nothing to do.
 */
import { ensureMongod } from './lib/mongod.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { fail } from './lib/fail.mjs';
import { say, step } from './lib/say.mjs';
import { ensureSystemPackages, FOR_RENDERING, FOR_TESTS } from './lib/system-packages.mjs';

try {
  const forTests = process.argv.includes('--tests');
  await ensureSystemPackages(forTests ? [...FOR_RENDERING, ...FOR_TESTS] : FOR_RENDERING);
  await ensureNpmPackages();
  if (forTests) await step('mongod', ensureMongod);
  say('Everything is there.');
} catch (error) {
  fail(error);
}
