import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

it('the bill of materials names every package of the service, with its version and checksum', async () => {
  await promisify(execFile)('npm', ['run', '--silent', 'sbom'], { cwd: root });
  const { bomFormat, components } = JSON.parse(await readFile(join(root, 'dist/sbom.cdx.json'), 'utf8')) as {
    bomFormat: string;
    components: { purl: string; hashes?: unknown[] }[];
  };
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  expect(bomFormat).toBe('CycloneDX');
  const known = new Map(components.map(({ purl, hashes }) => [decodeURIComponent(purl), (hashes ?? []).length > 0]));
  for (const [name, version] of Object.entries(dependencies))
    expect(known.get(`pkg:npm/${name}@${version}`), name).toBe(true);
  expect([...known.keys()].filter((purl) => purl.startsWith('pkg:npm/vitest@'))).toEqual([]);
});
