import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PEM files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** An authority of its own, in a folder of its own. */
export interface TestAuthority {
  readonly folder: string;
  /** Its certificate. */
  readonly ca: string;
  /** @param names entries of subjectAltName; @param days may be below 0 where OpenSSL allows it. */
  issue(
    name: string,
    options?: { subject?: string; names?: string; from?: string; until?: string },
  ): Promise<CertificateFiles>;
  remove(): Promise<void>;
}

/** Real certificates by OpenSSL. */
export async function createAuthority(subject = '/CN=Test Authority'): Promise<TestAuthority> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-certs-'));
  const at = (name: string) => path.join(folder, name);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-days',
    '30',
    '-subj',
    subject,
  );
  return {
    folder,
    ca: at('ca.pem'),
    async issue(name, { subject: of = `/CN=${name}`, names = 'DNS:localhost,IP:127.0.0.1', from, until } = {}) {
      const [cert, key, request] = [at(`${name}.pem`), at(`${name}.key`), at(`${name}.csr`)];
      await openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', of);
      await writeFile(at(`${name}.ext`), `subjectAltName=${names}\n`);
      const lifetime = from === undefined || until === undefined ? ['-days', '30'] : [];
      if (lifetime.length > 0)
        await openssl(
          ...['x509', '-req', '-in', request, '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'],
          ...[...lifetime, '-extfile', at(`${name}.ext`), '-out', cert],
        );
      else {
        // Only `openssl ca` lets both ends be set, in every version.
        await writeFile(
          at('ca.cnf'),
          '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n',
        );
        await writeFile(at('index.txt'), '');
        await writeFile(at('serial'), '01\n');
        await openssl(
          ...['ca', '-batch', '-config', at('ca.cnf'), '-cert', at('ca.pem'), '-keyfile', at('ca.key'), '-in', request],
          ...['-out', cert, '-startdate', from!, '-enddate', until!, '-extfile', at(`${name}.ext`), '-notext'],
        );
      }
      return { cert, key };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Puts other files in the place of these. */
export async function replaceFiles(there: CertificateFiles, by: CertificateFiles): Promise<void> {
  await copyFile(by.cert, there.cert);
  await copyFile(by.key, there.key);
}
