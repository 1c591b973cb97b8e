/**
 * `npm run demo`: from a fresh clone to a video. Installs what is missing, builds, makes media, starts the service on
 * SQLite and free ports, submits an example over gRPC with the CLI, shows its progress, fetches the video and stops the service.
 */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeDemo, writeSpec } from './lib/demo-media.mjs';
import { CheckFailedError, fail } from './lib/fail.mjs';
import { durationSeconds } from './lib/media.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { bold, dim, say, step } from './lib/say.mjs';
import { cutroom, startService } from './lib/service.mjs';
import { ensureSystemPackages, FOR_RENDERING } from './lib/system-packages.mjs';

const folder = join(root, '.cutroom/demo');
const media = join(folder, 'media');
const specFile = join(folder, 'spec.json');
const video = join(folder, 'cutroom-demo.mp4');

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => interrupt.abort(new CheckFailedError('interrupted')));

try {
  await demo();
} catch (error) {
  fail(error);
  if (interrupt.signal.aborted) process.exitCode = 130;
}

async function demo() {
  await ensureSystemPackages(FOR_RENDERING);
  await ensureNpmPackages();
  await step('build', () => run('npm', ['run', '--silent', 'build'], { cwd: root, quiet: true }));
  await mkdir(folder, { recursive: true });
  await step('media: clips, pictures, voice, music', async () => writeSpec(specFile, await makeDemo(media)));
  interrupt.signal.throwIfAborted();
  const data = await mkdtemp(join(folder, 'data-'));
  const env = { CUTROOM_DATA_DIR: data, CUTROOM_INPUT_ROOTS: media, CUTROOM_PUBLIC_URL: '', CUTROOM_DRAIN_MS: '0' };
  try {
    const service = await step('service on SQLite', () => startService({ env, logFile: join(folder, 'service.log') }));
    try {
      say(
        dim(
          `  gRPC ${service.grpc}   HTTP ${service.http}   log ${relative(process.cwd(), join(folder, 'service.log'))}`,
        ),
      );
      say(`\n${bold('$ cutroom submit spec.json --watch')}`);
      await download(await submitAndWatch(service.grpc));
    } finally {
      await service.stop();
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
  say(`\n${bold('Your video:')} ${video}`);
  say(
    dim(
      `${(await durationSeconds(video)).toFixed(1)} s, 1080x1920. What was asked for: ${relative(process.cwd(), specFile)}`,
    ),
  );
}

/** Runs the CLI as a user would; its progress is the user's to see. Answers with the URL that it prints. */
async function submitAndWatch(address) {
  const child = spawn(process.execPath, [cutroom, '--address', address, 'submit', specFile, '--watch'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => child.kill('SIGINT');
  interrupt.signal.addEventListener('abort', kill);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  interrupt.signal.throwIfAborted();
  if (code !== 0)
    throw new CheckFailedError(
      `the render ended with exit code ${code}; the service's log is ${join(folder, 'service.log')}`,
    );
  const url = output.trim().split('\n').at(-1);
  say(url);
  return url;
}

async function download(url) {
  const response = await fetch(url, { signal: interrupt.signal });
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(`${video}.partial`));
  await rename(`${video}.partial`, video);
}
