import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { goTool } from '../../scripts/lib/go-tools.mjs';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';

export const S3_KEYS = {
  AWS_ACCESS_KEY_ID: 'cutroom',
  AWS_SECRET_ACCESS_KEY: 'for tests only',
  AWS_REGION: 'us-east-1',
};

export interface S3Server {
  readonly endpoint: string;
  /** Makes an empty bucket. */
  makeBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts versitygw, an S3 server whose buckets are folders. */
export async function startS3Server(): Promise<S3Server> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-s3-'));
  const port = await freePort();
  const root = path.join(folder, 'buckets');
  await mkdir(root);
  await mkdir(path.join(folder, 'iam'));
  const child = spawn(
    goTool('versitygw'),
    [
      '--port',
      `127.0.0.1:${port}`,
      '--access',
      S3_KEYS.AWS_ACCESS_KEY_ID,
      '--secret',
      S3_KEYS.AWS_SECRET_ACCESS_KEY,
      'posix',
      '--sidecar',
      path.join(folder, 'iam'),
      root,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  await eventually(
    'the S3 server answers',
    () =>
      fetch(endpoint).then(
        () => true,
        () => false,
      ),
    30_000,
  );
  return {
    endpoint,
    makeBucket: async (name) => {
      await mkdir(path.join(root, name));
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
