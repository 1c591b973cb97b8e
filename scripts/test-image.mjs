/**
 * `npm run test:image`: does the steps of the Dockerfile without a container engine, by chroot in Debian's base system, and starts the image as compose.yaml does: as its user, with processes and a network of its own, on a
 * read-only root. There its health check must pass, a video be rendered, and SIGTERM end it. Needs root, and some minutes. Prints `RESULT` lines.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CheckFailedError, fail } from './lib/fail.mjs';
import { buildImage } from './lib/image.mjs';
import { root } from './lib/root.mjs';
import { run, which } from './lib/run.mjs';
import { say, step } from './lib/say.mjs';
import { ensureSystemPackages, FOR_RENDERING } from './lib/system-packages.mjs';

const PROGRAMS = [
  ...FOR_RENDERING,
  { what: 'debootstrap', package: 'debootstrap', isThere: () => which('debootstrap') !== null },
  { what: 'ip', package: 'iproute2', isThere: () => which('ip') !== null },
];
/** A service that is not ready by then never will be. */
const READY_MS = 120_000;
const UID = 10001;
/** As compose.yaml sets it: nobody else reaches the network. */
const ENV = { CUTROOM_INSECURE: '1' };

const folder = await mkdtemp(join(tmpdir(), 'cutroom-image-'));
let container = null;
try {
  if (process.getuid() !== 0) throw new CheckFailedError('run this as root: it makes root file systems');
  await ensureSystemPackages(PROGRAMS);
  // The user of the image enters it.
  await chmod(folder, 0o755);
  const image = await buildImage({ context: root, folder });
  const megabytes = async (path) =>
    (await run('du', ['-sm', join(image.rootFolder, path)], { quiet: true })).split('\t')[0];
  say(`RESULT image_mb=${await megabytes('')} app_mb=${await megabytes('app')}`);
  container = await start(image);
  await step('the health check passes', () => healthy(container));
  await step('a video is rendered', () => render(container));
  await step('nothing but its volumes can be written', () => readOnly(container));
  await step('SIGTERM ends it', () => stop(container));
  say('RESULT image=ok');
} catch (error) {
  if (container) say(container.log());
  fail(error);
} finally {
  container?.child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}

/** Starts the entrypoint; `inside` runs another command beside it, as `docker exec` does. */
async function start(image) {
  const { rootFolder, workdir, env, user, entrypoint, command } = image;
  if (user !== String(UID)) throw new CheckFailedError(`the image runs as ${user}`);
  const [data, media] = [join(folder, 'data'), join(folder, 'media')];
  for (const made of [data, media]) await mkdir(made);
  await chown(data, UID, UID);
  const size = ['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=25:d=2', '-pix_fmt', 'yuv420p'];
  await run('ffmpeg', ['-v', 'error', ...size, join(media, 'clip.mp4')], { quiet: true });
  await mkdir(join(rootFolder, 'media'), { recursive: true });
  const pairs = Object.entries({ ...env, ...ENV }).map(([key, value]) => `${key}=${value}`);
  const as = ['chroot', `--userspec=${UID}:${UID}`, rootFolder, 'env', '-i', ...pairs, 'HOME=/data'];
  as.push('sh', '-c', `cd ${workdir} && exec "$0" "$@"`);
  const mounts = [
    'mount --rbind "$0" "$0"',
    'mount --bind "$1" "$0/data"',
    'mount --bind "$2" "$0/media"',
    'mount -o remount,bind,ro "$0/media"',
    'mount -t tmpfs tmpfs "$0/tmp"',
    'mount -t proc proc "$0/proc"',
    'mount --rbind /dev "$0/dev"',
    'mount -o remount,bind,ro "$0"',
    'ip link set lo up',
  ];
  const script = [...mounts, 'shift 2', 'exec "$@"'].join(' && ');
  const namespaces = ['--mount', '--pid', '--net', '--fork', '--kill-child'];
  const args = ['sh', '-c', script, rootFolder, data, media, ...as, ...entrypoint, ...command];
  const child = spawn('unshare', [...namespaces, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  // The first process in the namespaces, which `unshare` has forked.
  const first = async () => (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim();
  const enter = async (args) =>
    run('nsenter', ['--target', await first(), '--mount', '--pid', '--net', ...args], { quiet: true });
  const inside = (args) => enter([...as, ...args]);
  const asRoot = (args) => enter(['chroot', rootFolder, ...args]);
  return { child, image, inside, asRoot, first, log: () => log };
}

async function healthy({ child, image, inside }) {
  const untilMs = performance.now() + READY_MS;
  for (;;) {
    const failure = await inside(image.healthcheck).then(
      () => null,
      (error) => error,
    );
    if (failure === null) return;
    if (child.exitCode !== null) throw new CheckFailedError(`the service exited with ${child.exitCode}`);
    if (performance.now() > untilMs) throw failure;
    await sleep(250);
  }
}

async function render({ inside }) {
  const spec = JSON.stringify({ montage: { materials: [{ uri: 'clip.mp4' }], resolution: 360 } });
  const script = `printf '%s' "$1" > /tmp/spec.json && cutroom submit /tmp/spec.json --watch && rm /tmp/spec.json`;
  const output = await inside(['sh', '-c', script, 'sh', spec]);
  if (!output.includes('SUCCEEDED')) throw new CheckFailedError(`the task did not succeed:\n${output}`);
}

/** Tried as root: the modes alone would keep the user of the image from most. */
async function readOnly({ asRoot }) {
  const script =
    'for each in /app /etc /usr/local /media /data /tmp; do if touch $each/written; then echo $each; fi; done 2>/dev/null';
  const written = (await asRoot(['sh', '-c', script])).trim().split('\n').join(' ');
  if (written !== '/data /tmp') throw new CheckFailedError(`can be written: ${written}`);
}

/** As `docker stop` does: the signal goes to the first process of the container. */
async function stop({ child, first }) {
  const ended = once(child, 'exit');
  process.kill(Number(await first()), 'SIGTERM');
  const [code] = await ended;
  if (code !== 0) throw new CheckFailedError(`the service exited with ${code} at SIGTERM`);
}
