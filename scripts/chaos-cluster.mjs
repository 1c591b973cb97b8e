/**
 * `npm run chaos:cluster [-- --seconds 120 --form primaries]`: a fleet under load on a replica set, while things go wrong for so long. Some minutes for each form; without one all, by turns.
 */
import { parseArgs } from 'node:util';
import { fail } from './lib/fail.mjs';
import { ensureMongod } from './lib/mongod.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { step } from './lib/say.mjs';
import { ensureSystemPackages, FOR_CLOCKS, FOR_RENDERING } from './lib/system-packages.mjs';

/** By their names, the files that have them. */
const FORMS = {
  // Primaries step down and are killed, processes are restarted and killed.
  primaries: 'test/chaos/cluster.test.ts',
  // Connections to every node take no byte for a minute, and stay open.
  'half-open': 'test/chaos/outages.test.ts',
  // A bucket answers 500 and 503, breaks off, hands on wrong bytes, and stalls.
  storage: 'test/chaos/outages.test.ts',
  // The clocks of the machines differ by ten minutes.
  clocks: 'test/chaos/outages.test.ts',
  // Each process in turn.
  restarts: 'test/chaos/outages.test.ts',
};

try {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '120' }, form: { type: 'string' } },
  });
  const { seconds, form } = values;
  if (!/^[1-9]\d*$/.test(seconds)) throw new Error(`--seconds ${seconds}: must be a whole number above 0`);
  if (form !== undefined && !Object.hasOwn(FORMS, form))
    throw new Error(`--form ${form}: must be one of ${Object.keys(FORMS).join(', ')}`);
  await ensureSystemPackages([...FOR_RENDERING, ...FOR_CLOCKS]);
  await ensureNpmPackages();
  await step('mongod', ensureMongod);
  await step('build', () => run('npm', ['run', '--silent', 'build'], { cwd: root, quiet: true }));
  for (const name of form === undefined ? Object.keys(FORMS) : [form]) {
    const only = name === 'primaries' ? [] : ['-t', `${name}:`];
    await run('npx', ['vitest', 'run', '--config', 'test/chaos/vitest.config.ts', FORMS[name], ...only], {
      cwd: root,
      env: { ...process.env, CHAOS_SECONDS: seconds },
    });
  }
} catch (error) {
  fail(error);
}
