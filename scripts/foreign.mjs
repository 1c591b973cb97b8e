/**
 * `npm run test:foreign [-- vitest arguments]`: tests with other people's programs: grpcurl, grpc-health-probe, ghz, a grpc-gateway in Go generated
 * from our protos, nginx, Envoy, an S3 server, promtool, linters of the files in deploy, Schemathesis, the Python library of Standard Webhooks and a browser. Installs them where they are missing, which takes some minutes the first time. The last line is always
 * `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from './lib/fail.mjs';
import { ensureGateway } from './lib/go-gateway.mjs';
import { ensureGoTools, findGo, goVersion } from './lib/go-tools.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { root } from './lib/root.mjs';
import { ensurePythonTools } from './lib/python-tools.mjs';
import { run, which } from './lib/run.mjs';
import { say, step, warn } from './lib/say.mjs';
import { ensureSystemPackages, FOR_TESTS } from './lib/system-packages.mjs';

const PROGRAMS = [
  { what: 'Chromium', package: 'chromium', isThere: () => which('chromium') !== null },
  { what: 'nginx', package: 'nginx-light', isThere: () => existsSync('/usr/sbin/nginx') },
  { what: 'promtool', package: 'prometheus', isThere: () => which('promtool') !== null },
  { what: 'systemd-analyze', package: 'systemd', isThere: () => which('systemd-analyze') !== null },
  // Python with pip among them, for Schemathesis.
  ...FOR_TESTS,
];

try {
  const go = findGo();
  if (go === null) {
    warn(
      'Go is not installed: nothing was tested. Install Go 1.26 or later (https://go.dev/dl, or your package manager), then run this again.',
    );
    process.stdout.write('0 passed, 0 failed, 1 skipped\n');
  } else {
    say(goVersion(go));
    await ensureSystemPackages(PROGRAMS);
    await ensureNpmPackages();
    await ensureGoTools(go);
    await step('grpc-gateway for our protos', () => ensureGateway(go));
    await step('Python tools', ensurePythonTools);
    await step('build', () => run('npm', ['run', '--silent', 'build'], { cwd: root, quiet: true }));
    process.exitCode = await vitest(process.argv.slice(2));
  }
} catch (error) {
  fail(error);
  process.stdout.write('0 passed, 1 failed, 0 skipped\n');
}

/** Runs the tests with the terminal as it is; its reporter prints the last line. */
function vitest(args) {
  const command = join(root, 'node_modules/.bin/vitest');
  const child = spawn(command, ['run', '--config', 'test/foreign/vitest.config.ts', ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
}
