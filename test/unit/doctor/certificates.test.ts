import { chmod } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCertificates } from '../../../src/doctor/certificates.js';
import { createAuthority, type TestAuthority } from '../../support/certificates.js';

const DAY_MS = 86_400_000;
let authority: TestAuthority;
beforeAll(async () => {
  authority = await createAuthority();
});
afterAll(() => authority.remove());

const check = (files: { cert: string; key: string }, clientCa: string | null = null, nowMs = Date.now()) =>
  checkCertificates({ tls: { ...files, clientCa, clients: 'require' } }, nowMs);
const statuses = async (...args: Parameters<typeof check>) => (await check(...args)).map(({ status }) => status);

describe('the check of certificates', () => {
  it('passes a certificate that is valid, with its key for its user alone, and its authority', async () => {
    const files = await authority.issue('good');
    await chmod(files.key, 0o600);
    expect(await statuses(files, authority.ca)).toEqual(['ok', 'ok', 'ok']);
    expect((await check(files))[0]?.found).toContain('DNS:localhost');
    expect(await checkCertificates({ tls: null })).toEqual([]);
  });

  it('warns two weeks before its end, and fails after it and before its beginning', async () => {
    const files = await authority.issue('dated');
    expect((await statuses(files, null, Date.now() + 20 * DAY_MS))[0]).toBe('warn');
    expect((await statuses(files, authority.ca, Date.now() + 31 * DAY_MS)).filter((s) => s === 'fail')).toHaveLength(2);
    expect((await statuses(files, null, Date.now() - DAY_MS))[0]).toBe('fail');
  });

  it('fails for the key of another certificate and for files that are none', async () => {
    const [one, other] = [await authority.issue('one'), await authority.issue('other')];
    expect((await check({ cert: one.cert, key: other.key }))[0]?.found).toContain('is not the key');
    expect(await statuses({ cert: one.cert, key: '/nowhere' })).toEqual(['fail']);
  });

  it('warns of a key that every user of the machine can read', async () => {
    const files = await authority.issue('open');
    await chmod(files.key, 0o644);
    expect((await check(files))[1]).toMatchObject({ status: 'warn', fix: `chmod 0600 ${files.key}` });
  });
});
