import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseDockerfile, variablesOf } from './dockerfile.mjs';
import { run } from './run.mjs';
import { step } from './say.mjs';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * What an image says of the process that is started in it.
 * @typedef {{rootFolder: string, workdir: string, env: Record<string, string>, user: string, entrypoint: string[], command: string[], healthcheck: string[]}} Image
 */

/**
 * Does the steps of a Dockerfile by chroot, in Debian's base system by debootstrap with Node as the image `node:MAJOR-RELEASE-slim` has it. Needs root.
 * @param {{context: string, folder: string}} order the folder of the Dockerfile; an empty one for the file systems
 * @returns {Promise<Image>} the last stage
 */
export async function buildImage({ context, folder }) {
  const stages = new Map();
  let image = null;
  for (const { base, name, instructions } of parseDockerfile(await readFile(join(context, 'Dockerfile'), 'utf8'))) {
    const rootFolder = join(folder, name ?? 'image');
    await step(`${base}${name ? ` as ${name}` : ''}`, () => makeBase(base, folder, rootFolder));
    image = { rootFolder, workdir: '/', env: { PATH }, user: '0', entrypoint: [], command: [], healthcheck: [] };
    for (const instruction of instructions) await perform(image, instruction, { context, stages });
    if (name) stages.set(name, rootFolder);
  }
  return image;
}

/** Folders of base systems that are made. */
const bases = new Set();

async function makeBase(base, folder, rootFolder) {
  const [, major, release] = /^node:(\d+)-(\w+)-slim$/.exec(base) ?? [];
  if (release === undefined) throw new Error(`${base}: only node:MAJOR-RELEASE-slim is known here`);
  const original = join(folder, `${major}-${release}`);
  if (!bases.has(original)) {
    await run('debootstrap', ['--variant=minbase', release, original], { quiet: true });
    await addNode(original, major);
    // Names of hosts, and where packages come from.
    for (const file of ['/etc/resolv.conf', '/etc/hosts']) await cp(file, join(original, file), { dereference: true });
    bases.add(original);
  }
  await run('cp', ['-a', original, rootFolder]);
}

/** Node's own program and npm, both from npm. */
async function addNode(rootFolder, major) {
  const scratch = await mkdtemp(join(tmpdir(), 'cutroom-node-'));
  try {
    await run('npm', ['init', '--yes'], { cwd: scratch, quiet: true });
    await run('npm', ['install', '--no-audit', '--no-fund', `node@${major}`, 'npm@11'], { cwd: scratch, quiet: true });
    const modules = join(scratch, 'node_modules');
    const local = join(rootFolder, 'usr/local');
    await mkdir(join(local, 'lib/node_modules'), { recursive: true });
    await cp(join(modules, 'node/bin/node'), join(local, 'bin/node'), { dereference: true });
    await cp(join(modules, 'npm'), join(local, 'lib/node_modules/npm'), { recursive: true });
    for (const name of ['npm', 'npx'])
      await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name));
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function perform(image, { name, text }, { context, stages }) {
  switch (name) {
    case 'WORKDIR':
      image.workdir = resolve(image.workdir, text);
      await mkdir(join(image.rootFolder, image.workdir), { recursive: true });
      return;
    case 'ENV':
      Object.assign(image.env, variablesOf(text));
      return;
    case 'USER':
      image.user = text;
      return;
    case 'ENTRYPOINT':
      image.entrypoint = JSON.parse(text);
      return;
    case 'CMD':
      image.command = JSON.parse(text);
      return;
    case 'HEALTHCHECK':
      image.healthcheck = JSON.parse(text.slice(text.indexOf('[')));
      return;
    case 'EXPOSE':
    case 'VOLUME':
      return;
    case 'RUN':
      await step(`RUN ${text.slice(0, 60)}`, () => runIn(image, text));
      return;
    case 'COPY':
      await copyInto(image, text, { context, stages });
      return;
    default:
      throw new Error(`the instruction ${name} of a Dockerfile is not known here`);
  }
}

/** As the builder does it: as root, in a shell. The registry of npm and the authorities that this machine trusts hold there too, and are no part of the image. */
async function runIn({ rootFolder, workdir, env }, command) {
  const npm_config_registry = (await run('npm', ['config', 'get', 'registry'], { quiet: true })).trim();
  const authorities = process.env.NODE_EXTRA_CA_CERTS;
  const copy = '/run/authorities.pem';
  if (authorities) await cp(authorities, join(rootFolder, copy), { dereference: true });
  const variables = {
    ...{ ...env, HOME: '/root', DEBIAN_FRONTEND: 'noninteractive', npm_config_registry },
    ...(authorities && { NODE_EXTRA_CA_CERTS: copy }),
  };
  const pairs = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  const script = `cd ${workdir} && ${command}`;
  const inRoot = 'mount --rbind /proc "$0/proc" && exec chroot "$0" "$@"';
  const args = ['--mount', 'sh', '-c', inRoot, rootFolder, 'env', '-i', ...pairs, 'sh', '-c', script];
  await run('unshare', args, { quiet: true });
  await rm(join(rootFolder, copy), { force: true });
}

async function copyInto({ rootFolder, workdir }, text, { context, stages }) {
  const words = text.split(/\s+/);
  const from = words[0].startsWith('--from=') ? stages.get(words.shift().slice('--from='.length)) : context;
  const target = words.pop();
  const into = join(rootFolder, resolve(workdir, target));
  for (const source of words) {
    const path = join(from, source);
    // As Docker does: a file goes into a folder whose name ends in a slash, the content of a folder into the folder.
    const to = target.endsWith('/') ? join(into, basename(path)) : into;
    await mkdir(dirname(to), { recursive: true });
    await cp(path, to, { recursive: true, verbatimSymlinks: true });
  }
}
