import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { ApiLog } from '../log.js';
import { repeat } from '../../shared/repeat.js';

/** Whether callers show a certificate of their own: never, if they have one, or always. */
export type ClientCertificates = 'none' | 'accept' | 'require';

/** PEM files. */
export interface TlsFiles {
  /** The certificate of the server, and those between it and its authority. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
  /** The authorities whose certificates callers may show; null: callers show none. */
  readonly clientCa: string | null;
}

export interface ServerTlsOptions extends TlsFiles {
  /** Of no meaning without `clientCa`. */
  readonly clients: 'accept' | 'require';
}

/** The certificates of this server, as they are now. */
export interface ServerTls {
  readonly clients: ClientCertificates;
  /** For connections from now on. */
  current(): SecureContextOptions;
  /** Calls back with each change; connections that are open go on with what they have. */
  onChange(listener: (context: SecureContextOptions) => void): void;
  /** Looks at the files no more. */
  close(): void;
}

/** How often the files are read. Not watched: a mounted secret changes by links to new folders, which no watch of a file sees. */
const RELOAD_MS = 10_000;

/** Forward secrecy and authenticated encryption only (RFC 9325, 4.2). TLS 1.3 has no others. */
const CIPHERS = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ...['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
].join(':');

/**
 * Reads the certificates, and from then on every change of their files. Files that do not fit together, as in the moment between two writes, change nothing and are logged.
 * @throws Error, for people, when the files cannot be used.
 */
export async function openServerTls(
  files: ServerTlsOptions,
  { log, reloadMs = RELOAD_MS }: { readonly log: ApiLog; readonly reloadMs?: number },
): Promise<ServerTls> {
  const listeners = new Set<(context: SecureContextOptions) => void>();
  let latest = await readPems(files);
  let context = contextOf(latest);
  let problem: string | null = null;

  async function reload(): Promise<void> {
    try {
      const pems = await readPems(files);
      if (isSame(pems, latest)) {
        problem = null;
        return;
      }
      const next = contextOf(pems);
      [latest, context, problem] = [pems, next, null];
      for (const listener of listeners) listener(context);
      log.info({ validTo: validTo(pems.cert) }, 'the certificate was loaded anew');
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // Said once, not at each look.
      if (message !== problem) log.error({ err: error }, 'the changed certificate is not used');
      problem = message;
    }
  }
  const close = repeat(reload, { pauseMs: reloadMs });
  return {
    clients: files.clientCa === null ? 'none' : files.clients,
    current: () => context,
    onChange: (listener) => {
      listeners.add(listener);
    },
    close,
  };
}

interface Pems {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer | null;
}

async function readPems({ cert, key, clientCa }: TlsFiles): Promise<Pems> {
  const [certPem, keyPem, caPem] = await Promise.all([
    readPem(cert, 'CUTROOM_TLS_CERT'),
    readPem(key, 'CUTROOM_TLS_KEY'),
    clientCa === null ? null : readPem(clientCa, 'CUTROOM_TLS_CLIENT_CA'),
  ]);
  return { cert: certPem, key: keyPem, ca: caPem };
}

async function readPem(file: string, variable: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new Error(`${variable}=${file} cannot be read (${code})`, { cause: error });
  }
}

function isSame(one: Pems, other: Pems): boolean {
  const sameCa = one.ca === null || other.ca === null ? one.ca === other.ca : one.ca.equals(other.ca);
  return sameCa && one.cert.equals(other.cert) && one.key.equals(other.key);
}

function contextOf({ cert, key, ca }: Pems): SecureContextOptions {
  const problem = problemOfPair(cert, key);
  if (problem !== null) throw new Error(problem);
  if (ca !== null) parsed(ca, 'CUTROOM_TLS_CLIENT_CA must be certificates in PEM', (pem) => new X509Certificate(pem));
  const options: SecureContextOptions = {
    cert,
    key,
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    ...(ca === null ? {} : { ca }),
  };
  // Whatever else is wrong is found here, and not at the first connection.
  createSecureContext(options);
  return options;
}

/** Why a certificate and a key cannot be used together, for people; null: they can. */
export function problemOfPair(cert: Buffer, key: Buffer): string | null {
  try {
    const certificate = parsed(
      cert,
      'CUTROOM_TLS_CERT must be a certificate in PEM',
      (pem) => new X509Certificate(pem),
    );
    const privateKey = parsed(key, 'CUTROOM_TLS_KEY must be a private key in PEM, without a passphrase', (pem) =>
      createPrivateKey(pem),
    );
    return certificate.checkPrivateKey(privateKey)
      ? null
      : 'CUTROOM_TLS_KEY is not the key of the certificate in CUTROOM_TLS_CERT';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** When a certificate ends. */
export function validTo(cert: Buffer): Date {
  return new Date(new X509Certificate(cert).validTo);
}

function parsed<T>(pem: Buffer, message: string, parse: (pem: Buffer) => T): T {
  try {
    return parse(pem);
  } catch (error) {
    throw new Error(message, { cause: error });
  }
}
