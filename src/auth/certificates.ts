import { parse } from 'yaml';
import type { ClientCertificate } from '../task/authenticator.js';
import { type Caller, isScope, isTenant, type Scope, TENANT_FORM } from '../task/caller.js';
import type { Checks } from './authenticator.js';
import type { ReloadedFile } from '../shared/reloaded-file.js';

/** Callers by the names of their certificates. */
export type CertificateSubjects = ReadonlyMap<string, Caller>;

/**
 * Reads the file of subjects, YAML or JSON: a list of entries with `subject` (`CN=studio, O=Acme`, in any order) or `san` (`URI:spiffe://acme/studio`), `tenant` and `scopes`.
 * @throws Error, for people.
 */
export function parseSubjects(text: string): CertificateSubjects {
  const entries: unknown = parse(text);
  if (!Array.isArray(entries)) throw new Error('it must be a list of entries with subject or san, tenant and scopes');
  return new Map(entries.map((entry: unknown, i) => parseEntry(entry, `entry ${i + 1}`)));
}

function parseEntry(entry: unknown, place: string): [string, Caller] {
  const { subject, san, tenant, scopes } = (typeof entry === 'object' && entry !== null ? entry : {}) as Partial<
    Record<string, unknown>
  >;
  if ((typeof subject === 'string') === (typeof san === 'string'))
    throw new Error(`${place} must have either subject or san`);
  if (typeof tenant !== 'string' || !isTenant(tenant)) throw new Error(`${place}: tenant ${TENANT_FORM}`);
  const key = typeof subject === 'string' ? subjectKey(subject.split(',')) : sanKey(String(san));
  return [key, { tenant, scopes: parseScopes(scopes, place), principal: `certificate:${String(subject ?? san)}` }];
}

function parseScopes(scopes: unknown, place: string): readonly Scope[] {
  const names: unknown[] = Array.isArray(scopes) ? scopes : [scopes];
  return names.map((name) => {
    if (typeof name === 'string' && isScope(name)) return name;
    throw new Error(`${place}: ${JSON.stringify(name)} is no scope`);
  });
}

function subjectKey(parts: readonly string[]): string {
  const trimmed = parts.map((part) => part.replace(/^\s*([^=]*?)\s*=\s*(.*?)\s*$/, '$1=$2'));
  // As JSON: a value may have a comma in it.
  return `subject ${JSON.stringify(trimmed.sort())}`;
}

function sanKey(name: string): string {
  return `san ${name.trim()}`;
}

/** Finds the caller by the whole subject of a certificate, or by one of its other names. */
export function createCertificateCheck(file: ReloadedFile<CertificateSubjects>): NonNullable<Checks['certificate']> {
  return ({ subject, names, validToMs }: ClientCertificate) => {
    const subjects = file.current();
    const keys = [subjectKey(subject), ...names.map(sanKey)];
    const caller = keys.map((key) => subjects.get(key)).find((found) => found !== undefined);
    return caller === undefined ? null : { caller, expireTimeMs: validToMs };
  };
}
