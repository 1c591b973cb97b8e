/** `npm run sbom`: writes the software bill of materials of the service, in CycloneDX, to dist/sbom.cdx.json. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from './lib/fail.mjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';

try {
  const args = ['sbom', '--package-lock-only', '--omit=dev', '--sbom-format=cyclonedx'];
  const sbom = JSON.parse(await run('npm', args, { cwd: root, quiet: true }));
  await mkdir(join(root, 'dist'), { recursive: true });
  await writeFile(join(root, 'dist/sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
} catch (error) {
  fail(error);
}
