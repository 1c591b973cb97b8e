/** `npm run sbom`: writes the software bill of materials of the service, in CycloneDX, to dist/sbom.cdx.json. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fail } from './lib/fail.mjs';
import { root } from './lib/root.mjs';

try {
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: root, maxBuffer: 64 * 1024 ** 2 });
  const all = JSON.parse(stdout);
  // Not by `--omit=dev`, which leaves out packages of the service that those of development need too.
  const components = all.components.filter((each) => !isOfDevelopment(each));
  const refs = new Set([all.metadata.component['bom-ref'], ...components.map((each) => each['bom-ref'])]);
  const dependencies = all.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  const sbom = { ...all, components, dependencies };
  await mkdir(join(root, 'dist'), { recursive: true });
  await writeFile(join(root, 'dist/sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
} catch (error) {
  fail(error);
}

function isOfDevelopment({ properties }) {
  return properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
}
