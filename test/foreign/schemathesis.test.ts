import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pythonTool } from '../../scripts/lib/python-tools.mjs';
import { SCOPES } from '../../src/task/caller.js';
import { startApiUnderTest } from '../integration/api/api-under-test.js';
import { createKey } from '../support/create-key.js';
import { spawnService } from '../support/spawned-service.js';

const run = promisify(execFile);
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'told_by_the_document',
];
/** Operations that need an ffmpeg or API keys: a whole service is asked for them. */
const NEED_MORE = ['ProbeMedia', 'UploadMusic', 'UploadVideoMaterial', 'CreateApiKey', 'ListApiKeys', 'RevokeApiKey'];
const BOOTSTRAP = 'bootstrap-key-of-the-schemathesis-service-01';

describe('Schemathesis finds no request that fits /openapi.json and is refused as malformed, no server error, and no answer that does not fit', () => {
  // Every input is there for this one, so that many requests are taken.
  it('of an API on a store', { timeout: 180_000 }, async () => {
    const under = await startApiUnderTest();
    try {
      expect(await schemathesis(under.httpUrl, without(NEED_MORE))).toBeGreaterThan(500);
      expect(await under.tasks.count('default')).toBeGreaterThan(50);
    } finally {
      await under.stop();
    }
  });

  it('of a whole service with API keys', { timeout: 180_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cutroom-schemathesis-'));
    const service = await spawnService({
      CUTROOM_DATA_DIR: join(folder, 'data'),
      CUTROOM_INPUT_ROOTS: join(folder, 'in'),
      CUTROOM_SLOTS: '1',
      CUTROOM_AUTH: 'keys',
      CUTROOM_BOOTSTRAP_KEY: BOOTSTRAP,
      CUTROOM_LOG_LEVEL: 'error',
    });
    try {
      const key = await createKey(service.http, BOOTSTRAP, SCOPES);
      const args = ['--header', `Authorization: Bearer ${key}`, ...only(NEED_MORE)];
      expect(await schemathesis(service.http, args)).toBeGreaterThan(100);
    } finally {
      await service.kill();
      await rm(folder, { recursive: true });
    }
  });
});

const without = (operations: readonly string[]): string[] => operations.flatMap((id) => ['--exclude-operation-id', id]);
const only = (operations: readonly string[]): string[] => operations.flatMap((id) => ['--include-operation-id', id]);

/** @returns how many requests were tried. Fails the test when one of them shows a fault. */
async function schemathesis(url: string, more: readonly string[]): Promise<number> {
  const cwd = await mkdtemp(join(tmpdir(), 'cutroom-schemathesis-'));
  const args = [
    ...['run', `${url}/openapi.json`, '--mode', 'positive', '--phases', 'examples,coverage,fuzzing'],
    ...['--max-examples', '80', '--seed', '1', '--continue-on-failure', '--checks', CHECKS.join(',')],
    ...more,
  ];
  const env = {
    ...process.env,
    PYTHONPATH: `${pythonTool('schemathesis')}:${join(import.meta.dirname, 'schemathesis')}`,
    SCHEMATHESIS_HOOKS: 'hooks',
    NO_COLOR: '1',
  };
  const { stdout, failed } = await run(join(pythonTool('schemathesis'), 'bin/schemathesis'), args, { cwd, env })
    .then(
      (ended) => ({ ...ended, failed: false }),
      (error: unknown) => ({ ...(error as { stdout: string }), failed: true }),
    )
    .finally(() => rm(cwd, { recursive: true }));
  expect(failed, stdout).toBe(false);
  // Not for the reason that nothing was tried.
  return Number(/(\d+) generated/.exec(stdout)?.[1]);
}
