import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServerTls, type ServerTls } from '../../src/api/tls/server-tls.js';
import { createLogger } from '../../src/observability/logger.js';
import { type CertificateFiles, createAuthority, type TestAuthority } from '../support/certificates.js';
import { cli } from '../unit/cli/cli-harness.js';
import { type ApiUnderTest, startApiUnderTest } from './api/api-under-test.js';

let authority: TestAuthority;
let mine: CertificateFiles;
let tls: ServerTls;
let api: ApiUnderTest;
beforeAll(async () => {
  authority = await createAuthority();
  const server = await authority.issue('server');
  mine = await authority.issue('me');
  const log = createLogger({ level: 'silent', destination: { write: () => undefined } });
  tls = await openServerTls({ ...server, clientCa: authority.ca, clients: 'require' }, { log });
  api = await startApiUnderTest({ tls });
});
afterAll(async () => {
  await api.stop();
  tls.close();
  await authority.remove();
});

describe('a command that calls a server with TLS', () => {
  it('takes the files of TLS from flags and from the environment', async () => {
    const files = ['--ca', authority.ca, '--cert', mine.cert, '--key', mine.key];
    expect((await cli(['--address', api.grpcAddress, ...files, 'list'])).exitCode).toBe(0);
    const env = { CUTROOM_CLIENT_CA: authority.ca, CUTROOM_CLIENT_CERT: mine.cert, CUTROOM_CLIENT_KEY: mine.key };
    expect((await cli(['--address', api.grpcAddress, 'list'], { env })).exitCode).toBe(0);
  });

  it('fails without them, and says what is wrong with them', async () => {
    expect((await cli(['--address', api.grpcAddress, 'list'])).exitCode).not.toBe(0);
    const untrusted = await cli(['--address', api.grpcAddress, '--tls', 'list']);
    expect([untrusted.exitCode, untrusted.stderr]).toEqual([2, expect.stringContaining('TLS with that server failed')]);
    const half = await cli(['--address', api.grpcAddress, '--ca', authority.ca, '--cert', mine.cert, 'list']);
    expect([half.exitCode, half.stderr]).toEqual([64, expect.stringContaining('--cert and --key go together')]);
    const gone = await cli(['--address', api.grpcAddress, '--ca', '/nowhere', 'list']);
    expect([gone.exitCode, gone.stderr]).toEqual([64, expect.stringContaining('/nowhere cannot be read (ENOENT)')]);
  });

  it('warns of a token that others can read on its way, and of no other', async () => {
    const token = path.join(authority.folder, 'token');
    await writeFile(token, `${(await readFile(mine.key, 'utf8')).length}\n`);
    const warned = async (...args: string[]) =>
      (await cli([...args, '--timeout', '0.5', '--token', `@${token}`, 'list'])).stderr.includes('without TLS');
    expect(await warned('--address', '192.0.2.1:1')).toBe(true);
    expect(await warned('--address', '192.0.2.1:1', '--tls')).toBe(false);
    expect(await warned('--address', '127.0.0.1:1')).toBe(false);
    expect((await cli(['--token', 'two words', 'list'])).exitCode).toBe(64);
  });
});
