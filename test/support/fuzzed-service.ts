import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCOPES } from '../../src/task/caller.js';
import { createKey } from './create-key.js';
import { spawnService, type SpawnedService } from './spawned-service.js';

const BOOTSTRAP = 'bootstrap-key-of-the-fuzzed-service-0123456789';

/** A service that nothing stops from being called in any way, with a key of a tenant. */
export interface FuzzedService {
  readonly service: SpawnedService;
  /** Of a caller with every scope but `admin`. */
  readonly key: string;
  /** Of its memory, what is resident. */
  memoryBytes(): Promise<number>;
  close(): Promise<void>;
}

export async function startFuzzedService(): Promise<FuzzedService> {
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-fuzz-'));
  // Few tasks are stored, so that what grows is a leak.
  const limits =
    'default: { queued: 20, submits_per_second: 1000, watches: 2, inspections: 1, upload_bytes: 1 MiB, output_bytes: 1 GiB, input_bytes: 1 MiB, connections: 100 }';
  await writeFile(join(folder, 'limits.yaml'), limits);
  const service = await spawnService({
    CUTROOM_DATA_DIR: join(folder, 'data'),
    CUTROOM_INPUT_ROOTS: join(folder, 'in'),
    CUTROOM_SLOTS: '0',
    CUTROOM_AUTH: 'keys',
    CUTROOM_BOOTSTRAP_KEY: BOOTSTRAP,
    CUTROOM_LIMITS_FILE: join(folder, 'limits.yaml'),
    CUTROOM_LOG_LEVEL: 'error',
  });
  return {
    service,
    key: await createKey(
      service.http,
      BOOTSTRAP,
      SCOPES.filter((scope) => scope !== 'admin'),
    ),
    memoryBytes: async () =>
      Number(/^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${service.pid}/status`, 'utf8'))?.[1]) * 1024,
    async close() {
      await service.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
