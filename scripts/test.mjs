/**
 * `npm test`: installs what the tests need, checks everything that needs no test run, builds, then runs the tests.
 * Arguments go to vitest. The last line is always `N passed, N failed, N skipped`; anything wrong gives another exit code than 0.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CheckFailedError, fail } from './lib/fail.mjs';
import { differences, generateInto, vendoredProtos } from './lib/generated.mjs';
import { ensureMongod } from './lib/mongod.mjs';
import { ensureNewerFfmpeg } from './lib/newer-ffmpeg.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { checkPackages, checkSignatures } from './lib/packages.mjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { step } from './lib/say.mjs';
import { ensureSystemPackages, FOR_RENDERING, FOR_TESTS } from './lib/system-packages.mjs';

const env = { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter) };
const tool = (command, ...args) => run(command, args, { cwd: root, env, quiet: true });

/** What is checked before the tests: the linter, which takes as long as all others, beside these in the order of what they cost. Each fails with what the tool said. */
const CHECKS = [
  ['lint', () => tool('eslint', '.')],
  ['proto: lint', () => tool('buf', 'lint')],
  ['proto: format', () => tool('buf', 'format', '--diff', '--exit-code', '--path', 'proto/cutroom')],
  // The baseline is the contract of the last release; only a release writes it anew (`buf build proto -o proto/baseline.binpb`).
  [
    'proto: nothing breaks the last release',
    () => tool('buf', 'breaking', 'proto', '--against', 'proto/baseline.binpb'),
  ],
  ['proto: generated code is up to date', checkGenerated],
  ['proto: vendored files are as published', checkVendored],
  ['imports follow the rules', () => tool('depcruise', '--config', '.dependency-cruiser.cjs', 'src')],
  ['packages: licences, install scripts, checksums', checkPackages],
  ['packages: signatures', checkSignatures],
  ['format', () => tool('oxfmt', '--check')],
  ['types', () => tool('npm', 'run', '--silent', 'typecheck')],
  ['nothing is unused', () => tool('knip')],
  ['build', () => tool('npm', 'run', '--silent', 'build')],
];

try {
  await ensureSystemPackages([...FOR_RENDERING, ...FOR_TESTS]);
  await ensureNpmPackages();
  await step('mongod', ensureMongod);
  await step('a newer ffmpeg', ensureNewerFfmpeg);
  await runChecks();
  process.exitCode = await vitest(process.argv.slice(2));
} catch (error) {
  fail(error);
  process.stdout.write('0 passed, 1 failed, 0 skipped\n');
}

/** Two at a time, since each uses one core. After a failure none is begun. */
async function runChecks() {
  const left = [...CHECKS];
  const runner = async () => {
    try {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await step(...next);
    } catch (error) {
      left.length = 0;
      throw error;
    }
  };
  const ends = await Promise.allSettled([runner(), runner()]);
  const failure = ends.find(({ status }) => status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

async function checkGenerated() {
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-generated-'));
  try {
    await generateInto(folder);
    const drift = await differences(join(folder, 'generated'), join(root, 'generated'));
    if (drift.length > 0)
      throw new CheckFailedError(
        `not what proto/ makes: ${drift.join(', ')}. Run \`npm run generate\` and commit generated/.`,
      );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function checkVendored() {
  for (const { name, original } of await vendoredProtos()) {
    const [ours, theirs] = await Promise.all([readFile(join(root, name)), readFile(original)]);
    if (!ours.equals(theirs))
      throw new CheckFailedError(`${name} differs from the npm package google-proto-files. Run \`npm run generate\`.`);
  }
}

/** Runs the tests with the terminal as it is; its reporter prints the last line. */
function vitest(args) {
  const child = spawn('vitest', ['run', ...args], { cwd: root, env, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
}
