import { resolve } from 'node:path';
import type { Values } from './variables.js';

/** The certificates of the servers: PEM files. */
export interface TlsSettings {
  readonly cert: string;
  readonly key: string;
  /** Null: callers show no certificates. */
  readonly clientCa: string | null;
  readonly clients: Values['CUTROOM_TLS_CLIENTS'];
}

/** Null: both servers are plain. */
export function tlsOf(values: Values): TlsSettings | null {
  const { CUTROOM_TLS_CERT: cert, CUTROOM_TLS_KEY: key, CUTROOM_TLS_CLIENT_CA: ca } = values;
  if (cert === null || key === null) return null;
  return {
    cert: resolve(cert),
    key: resolve(key),
    clientCa: ca === null ? null : resolve(ca),
    clients: values.CUTROOM_TLS_CLIENTS,
  };
}

/** The problems of values that are right one by one and wrong together. */
export function tlsConflicts(values: Values): string[] {
  const { CUTROOM_TLS_CERT: cert, CUTROOM_TLS_KEY: key, CUTROOM_TLS_CLIENT_CA: ca } = values;
  const problems: string[] = [];
  if (cert !== null && key === null)
    problems.push('CUTROOM_TLS_CERT is set without CUTROOM_TLS_KEY: set both, or neither');
  if (key !== null && cert === null)
    problems.push('CUTROOM_TLS_KEY is set without CUTROOM_TLS_CERT: set both, or neither');
  if (ca !== null && cert === null)
    problems.push('CUTROOM_TLS_CLIENT_CA is set without TLS: set CUTROOM_TLS_CERT and CUTROOM_TLS_KEY too');
  return problems;
}
