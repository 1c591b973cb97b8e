import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticated, KEYS_ONLY } from '../support/api-keys.js';
import { cli } from '../unit/cli/cli-harness.js';
import { type ApiUnderTest, startApiUnderTest } from './api/api-under-test.js';

const BOOTSTRAP_KEY = 'cli-0123456789-0123456789-0123456789-0';
let api: ApiUnderTest;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutroom-keys-'));
  api = await startApiUnderTest({
    withStore: (store) => authenticated(store, { ...KEYS_ONLY, bootstrapKey: { text: BOOTSTRAP_KEY } }),
  });
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

const called = (token: string, ...args: string[]) => cli(['--address', api.grpcAddress, '--token', token, ...args]);

/** The same commands over a server, and in a store of their own without one. */
const WAYS = {
  'over a server': (...args: string[]) => called(BOOTSTRAP_KEY, 'keys', ...args),
  'in a store of its own': (...args: string[]) =>
    cli(['keys', '--local', ...args], {
      env: { CUTROOM_DATA_DIR: path.join(folder, 'data'), CUTROOM_INPUT_ROOTS: path.join(folder, 'media') },
    }),
};

describe.each(Object.entries(WAYS))('cutroom keys, %s', (_, keys) => {
  it('makes a key that is shown once, lists it without its secret, and revokes it by any of its names', async () => {
    const made = await keys(
      'create',
      'Studio',
      '--tenant',
      'acme',
      '--scopes',
      'tasks.read, tasks.submit',
      '--expires',
      '90d',
    );
    const key = made.stdout.trim();
    expect([made.exitCode, key]).toEqual([0, expect.stringMatching(/^ck_[0-9a-f]{16}_[0-9a-f]{48}$/)]);
    const id = key.slice(3, 19);
    const { stdout } = await keys('list', '--tenant', 'acme');
    expect(stdout).toMatch(
      new RegExp(`^${id}  until [\\d-]+  acme  tasks.read,tasks.submit  never used  Studio$`, 'm'),
    );
    expect(stdout).not.toContain(key.slice(-48));
    expect((await keys('list', '--tenant', 'other')).stdout).toBe('');
    for (const name of [key, id, `apiKeys/${id}`]) expect((await keys('revoke', name)).stdout).toContain('  revoked ');
  });

  it('prints JSON, and refuses what makes no sense', async () => {
    const { stdout } = await keys('create', 'one', '--json');
    const json = JSON.parse(stdout) as { key: string; apiKey: object };
    expect(json.key).toMatch(/^ck_/);
    expect(json.apiKey).toMatchObject({ tenant: 'default' });
    const refused = await keys('create', '', '--tenant', '../x', '--scopes', 'all');
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      expect.stringContaining('api_key.scopes[0]: must be one of'),
    ]);
    expect((await keys('create', 'x', '--tenant', '../x')).stderr).toContain('api_key.tenant: must be 1 to 63');
    expect((await keys('revoke', '0123456789abcdef')).stderr).toContain('NOT_FOUND');
    expect((await keys('revoke', 'x')).stderr).toContain('apiKeys/{id}');
  });
});

describe('cutroom secrets rotate-url-key', () => {
  it('needs the scope admin, tells the end of the old key, and ends it where asked', async () => {
    const reader = (await called(BOOTSTRAP_KEY, 'keys', 'create', 'one')).stdout.trim();
    expect((await called(reader, 'secrets', 'rotate-url-key')).stderr).toContain('PERMISSION_DENIED');
    const rotate = (...args: string[]) => called(BOOTSTRAP_KEY, 'secrets', 'rotate-url-key', ...args);
    expect((await rotate()).stdout).toMatch(/^a new key signs; old URLs end by 20\d\d-/);
    expect((await rotate()).stderr).toContain('FAILED_PRECONDITION: the key before the present one signs valid URLs');
    expect((await rotate('--end-old', '--json')).stdout).toBe('{"previousExpireTime":null}\n');
  });
});

describe('a key of cutroom keys', () => {
  it('is taken until it is revoked', async () => {
    const key = (await called(BOOTSTRAP_KEY, 'keys', 'create', 'one')).stdout.trim();
    expect((await called(key, 'list')).exitCode).toBe(0);
    expect((await called(key, 'keys', 'list')).stderr).toContain(
      'PERMISSION_DENIED: the credentials lack the scope admin',
    );
    await called(BOOTSTRAP_KEY, 'keys', 'revoke', key);
    const end = Date.now() + 5_000;
    let last = await called(key, 'list');
    while (last.exitCode === 0 && Date.now() < end) last = await called(key, 'list');
    expect(last.stderr).toContain('UNAUTHENTICATED');
  });
});
