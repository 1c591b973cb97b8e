import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type SpawnedService, spawnService } from '../support/spawned-service.js';

let folder: string;
let service: SpawnedService | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-modules-'));
});
afterEach(async () => {
  await service?.kill();
  service = null;
  await rm(folder, { recursive: true, force: true });
});

// They take a sixth of the CPU time of a start.
it('a service without MongoDB, buckets and tokens starts without the packages for them', async () => {
  const loaded = join(folder, 'loaded');
  const hooks = join(folder, 'hooks.mjs');
  await writeFile(
    hooks,
    `import { appendFileSync } from 'node:fs';
import { register } from 'node:module';
if (!import.meta.url.endsWith('?hooks')) register(import.meta.url + '?hooks');
export function load(url, context, nextLoad) {
  appendFileSync(${JSON.stringify(loaded)}, url + '\\n');
  return nextLoad(url, context);
}
`,
  );
  service = await spawnService({ CUTROOM_DATA_DIR: join(folder, 'data'), NODE_OPTIONS: `--import=${hooks}` });
  const names = [...(await readFile(loaded, 'utf8')).matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(
    ([, name]) => name,
  );
  expect(names).toContain('nice-grpc');
  for (const name of ['mongodb', '@aws-sdk/client-s3', 'jose']) expect(names).not.toContain(name);
});
