import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { pythonTool } from '../../scripts/lib/python-tools.mjs';
import { startApiUnderTest } from '../integration/api/api-under-test.js';

const run = promisify(execFile);
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'told_by_the_document',
];
/** Operations that need an ffmpeg, which this server has not: 501. Their routes are tried in test/e2e. */
const NEED_FFMPEG = ['ProbeMedia', 'UploadMusic', 'UploadVideoMaterial'];
/** Operations that a server without authentication has not: 501. `test/integration/api/access.test.ts` tries them. */
const NEED_KEYS = ['CreateApiKey', 'ListApiKeys', 'RevokeApiKey'];

it(
  'Schemathesis finds no request that fits /openapi.json and is refused as malformed, no server error, and no answer that does not fit',
  { timeout: 180_000 },
  async () => {
    const under = await startApiUnderTest();
    const cwd = await mkdtemp(join(tmpdir(), 'cutroom-schemathesis-'));
    try {
      const args = [
        ...['run', `${under.httpUrl}/openapi.json`, '--mode', 'positive', '--phases', 'examples,coverage,fuzzing'],
        ...['--max-examples', '80', '--seed', '1', '--continue-on-failure', '--checks', CHECKS.join(',')],
        ...[...NEED_FFMPEG, ...NEED_KEYS].flatMap((operation) => ['--exclude-operation-id', operation]),
      ];
      const env = {
        ...process.env,
        PYTHONPATH: `${pythonTool('schemathesis')}:${join(import.meta.dirname, 'schemathesis')}`,
        SCHEMATHESIS_HOOKS: 'hooks',
        NO_COLOR: '1',
      };
      const { stdout, failed } = await run(join(pythonTool('schemathesis'), 'bin/schemathesis'), args, {
        cwd,
        env,
      }).then(
        (ended) => ({ ...ended, failed: false }),
        (error: unknown) => ({ ...(error as { stdout: string }), failed: true }),
      );
      expect(failed, stdout).toBe(false);
      // Not for the reason that nothing was tried.
      expect(Number(/(\d+) generated/.exec(stdout)?.[1]), stdout).toBeGreaterThan(500);
      expect(await under.tasks.count('default')).toBeGreaterThan(50);
    } finally {
      await under.stop();
      await rm(cwd, { recursive: true });
    }
  },
);
