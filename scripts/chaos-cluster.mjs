/** `npm run chaos:cluster [-- --seconds 120]`: a fleet under load on a replica set, whose primaries, processes and workers are stopped and killed for so long. Some minutes. */
import { parseArgs } from 'node:util';
import { fail } from './lib/fail.mjs';
import { ensureMongod } from './lib/mongod.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { step } from './lib/say.mjs';
import { ensureSystemPackages, FOR_RENDERING } from './lib/system-packages.mjs';

try {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '120' } } });
  if (!/^[1-9]\d*$/.test(values.seconds))
    throw new Error(`--seconds ${values.seconds}: must be a whole number above 0`);
  await ensureSystemPackages(FOR_RENDERING);
  await ensureNpmPackages();
  await step('mongod', ensureMongod);
  await step('build', () => run('npm', ['run', '--silent', 'build'], { cwd: root, quiet: true }));
  await run('npx', ['vitest', 'run', '--config', 'test/chaos/vitest.config.ts', 'test/chaos/cluster.test.ts'], {
    cwd: root,
    env: { ...process.env, CHAOS_SECONDS: values.seconds },
  });
} catch (error) {
  fail(error);
}
