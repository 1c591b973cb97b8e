import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { problemOfPair } from '../api/tls/server-tls.js';
import type { Config } from '../config/config.js';
import { type Check, fail, messageOf, ok, warn } from './check.js';

const DAY_MS = 86_400_000;
/** Soon enough to renew it by hand. */
const SOON_MS = 14 * DAY_MS;

/** The certificate of the servers: whether it fits its key, until when it is valid, and who can read the key. */
export async function checkCertificates({ tls }: Pick<Config, 'tls'>, nowMs = Date.now()): Promise<Check[]> {
  if (tls === null) return [];
  try {
    const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
    const problem = problemOfPair(cert, key);
    if (problem !== null) return [fail('tls', problem, 'set both variables to the files of one certificate')];
    const authorities = tls.clientCa === null ? [] : [checkAuthority(await readFile(tls.clientCa), nowMs)];
    return [checkTimes(new X509Certificate(cert), nowMs), await checkKeyMode(tls.key), ...authorities];
  } catch (error) {
    return [
      fail('tls', messageOf(error), 'set CUTROOM_TLS_CERT, CUTROOM_TLS_KEY and CUTROOM_TLS_CLIENT_CA to PEM files'),
    ];
  }
}

function checkTimes({ validFrom, validTo, subject, subjectAltName }: X509Certificate, nowMs: number): Check {
  const leftMs = Date.parse(validTo) - nowMs;
  const found = `${subjectAltName ?? subject.replaceAll('\n', ', ')}, valid until ${validTo}`;
  const fix = 'renew the certificate; a service that runs takes the new files by itself';
  if (Date.parse(validFrom) > nowMs) return fail('tls', `not valid before ${validFrom}`, 'set the clock, or wait');
  if (leftMs <= 0) return fail('tls', `${found}: that is over`, fix);
  if (leftMs < SOON_MS) return warn('tls', `${found}: ${Math.ceil(leftMs / DAY_MS)} days`, fix);
  if (subjectAltName === undefined)
    return warn('tls', `${found}, without a subjectAltName`, 'name the hosts there: clients look at nothing else');
  return ok('tls', found);
}

async function checkKeyMode(file: string): Promise<Check> {
  const { mode } = await stat(file);
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  if ((mode & 0o007) === 0) return ok('tls', `the key has the mode ${shown}`);
  return warn('tls', `the key has the mode ${shown}: every user of this machine can use it`, `chmod 0600 ${file}`);
}

function checkAuthority(pem: Buffer, nowMs: number): Check {
  const { subject, validTo } = new X509Certificate(pem);
  const found = `callers show certificates of ${subject.replaceAll('\n', ', ')}, valid until ${validTo}`;
  return Date.parse(validTo) > nowMs
    ? ok('tls', found)
    : fail('tls', `${found}: that is over`, 'set CUTROOM_TLS_CLIENT_CA to an authority that is valid');
}
