import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { root } from './root.mjs';
import { run } from './run.mjs';

const googleProtos = join(root, 'node_modules/google-proto-files/google');

/** The files under proto/google that come unchanged from the npm package. */
export async function vendoredProtos() {
  const names = await readdir(join(root, 'proto/google'), { recursive: true });
  return names
    .filter((name) => name.endsWith('.proto'))
    .map((name) => ({
      name: `proto/google/${name}`,
      original: join(googleProtos, name),
    }));
}

/** Copies them again, for when the package was raised. */
export async function refreshVendoredProtos() {
  for (const { name, original } of await vendoredProtos()) await copyFile(original, join(root, name));
}

/**
 * Makes everything that stands in generated/ below `folder`/generated: ts-proto's output, then the descriptor set (buf
 * wipes the folder first). Comments stay in the descriptors: reflection and the OpenAPI document show them. Places in files
 * that have none do not: they are four fifths of what a service reads at its start.
 */
export async function generateInto(folder) {
  const env = { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter) };
  await run('buf', ['generate', '--output', folder], { cwd: root, env, quiet: true });
  const descriptors = join(folder, 'generated/descriptors.binpb');
  await mkdir(dirname(descriptors), { recursive: true });
  await run('buf', ['build', 'proto', '--as-file-descriptor-set', '--output', descriptors], {
    cwd: root,
    env,
    quiet: true,
  });
  await writeFile(descriptors, await withoutPlaces(await readFile(descriptors)));
}

async function withoutPlaces(bytes) {
  // Not at the top: a command that installs the packages reads this file before.
  const [{ fromBinary, toBinary }, { FileDescriptorSetSchema }] = await Promise.all([
    import('@bufbuild/protobuf'),
    import('@bufbuild/protobuf/wkt'),
  ]);
  const set = fromBinary(FileDescriptorSetSchema, bytes);
  for (const { sourceCodeInfo } of set.file) {
    if (sourceCodeInfo === undefined) continue;
    sourceCodeInfo.location = sourceCodeInfo.location.filter(
      ({ leadingComments, trailingComments, leadingDetachedComments }) =>
        leadingComments !== '' || trailingComments !== '' || leadingDetachedComments.length > 0,
    );
  }
  return toBinary(FileDescriptorSetSchema, set);
}

/** Names of files that differ between two folders, or are in one only. */
export async function differences(left, right) {
  const [leftFiles, rightFiles] = await Promise.all([contents(left), contents(right)]);
  const names = new Set([...leftFiles.keys(), ...rightFiles.keys()]);
  return [...names].filter((name) => !leftFiles.get(name)?.equals(rightFiles.get(name) ?? Buffer.alloc(0))).sort();
}

async function contents(folder) {
  const files = new Map();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile()) files.set(path.slice(folder.length + 1), await readFile(path));
  }
  return files;
}
