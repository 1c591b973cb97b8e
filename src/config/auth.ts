import { resolve } from 'node:path';
import type { TlsSettings } from './tls.js';
import type { Values } from './variables.js';

/** Who may call, and how that is found out. */
export interface AuthSettings {
  /** Whether API keys are taken. */
  readonly keys: boolean;
  /** A key for managing keys, or the file that holds it; null: none. */
  readonly bootstrapKey: { readonly text: string } | { readonly file: string } | null;
  /** Null: no tokens are taken. */
  readonly jwt: {
    readonly issuer: string;
    readonly audience: string;
    /** Where the issuer's public keys are. */
    readonly jwks: { readonly url: string } | { readonly file: string };
    readonly algorithms: readonly string[];
    readonly leewayS: number;
    readonly tenantClaim: string;
    readonly scopesClaim: string;
  } | null;
  /** The file that names callers by their certificates; null: certificates name nobody. */
  readonly subjects: string | null;
}

/** Null: everybody is the same caller. */
export function authOf(values: Values): AuthSettings | null {
  const kinds = values.CUTROOM_AUTH;
  if (kinds.length === 0) return null;
  return {
    keys: kinds.includes('keys'),
    bootstrapKey: bootstrapKeyOf(values),
    jwt: kinds.includes('jwt') ? jwtOf(values) : null,
    subjects:
      kinds.includes('mtls') && values.CUTROOM_MTLS_SUBJECTS !== null ? resolve(values.CUTROOM_MTLS_SUBJECTS) : null,
  };
}

function bootstrapKeyOf({ CUTROOM_BOOTSTRAP_KEY: text, CUTROOM_BOOTSTRAP_KEY_FILE: file }: Values) {
  if (text !== null) return { text };
  return file === null ? null : { file: resolve(file) };
}

function jwtOf(values: Values): AuthSettings['jwt'] {
  const { CUTROOM_JWT_ISSUER: issuer, CUTROOM_JWT_AUDIENCE: audience, CUTROOM_JWT_JWKS: jwks } = values;
  if (issuer === null || audience === null || jwks === null) return null;
  return {
    issuer,
    audience,
    jwks: /^https?:/.test(jwks) ? { url: jwks } : { file: resolve(jwks) },
    algorithms: values.CUTROOM_JWT_ALGORITHMS.length === 0 ? ['RS256', 'ES256'] : values.CUTROOM_JWT_ALGORITHMS,
    leewayS: values.CUTROOM_JWT_LEEWAY_S,
    tenantClaim: values.CUTROOM_JWT_TENANT_CLAIM,
    scopesClaim: values.CUTROOM_JWT_SCOPES_CLAIM,
  };
}

/** Variables that count only with their word in CUTROOM_AUTH, and those that it needs. */
const OF_KIND = {
  keys: { needs: [], takes: ['CUTROOM_BOOTSTRAP_KEY', 'CUTROOM_BOOTSTRAP_KEY_FILE'] },
  jwt: {
    needs: ['CUTROOM_JWT_ISSUER', 'CUTROOM_JWT_AUDIENCE', 'CUTROOM_JWT_JWKS'],
    takes: ['CUTROOM_JWT_ISSUER', 'CUTROOM_JWT_AUDIENCE', 'CUTROOM_JWT_JWKS'],
  },
  mtls: { needs: ['CUTROOM_MTLS_SUBJECTS'], takes: ['CUTROOM_MTLS_SUBJECTS'] },
} as const satisfies Record<
  Values['CUTROOM_AUTH'][number],
  { needs: readonly (keyof Values)[]; takes: readonly (keyof Values)[] }
>;

/** The problems of values that are right one by one and wrong together. */
export function authConflicts(values: Values, tls: TlsSettings | null): string[] {
  const problems = Object.entries(OF_KIND).flatMap(([kind, { needs, takes }]) =>
    values.CUTROOM_AUTH.includes(kind as keyof typeof OF_KIND)
      ? needs.filter((name) => values[name] === null).map((name) => `CUTROOM_AUTH has ${kind}, which needs ${name}`)
      : takes
          .filter((name) => values[name] !== null)
          .map((name) => `${name} is set, but CUTROOM_AUTH has no ${kind}: add it, or leave the variable out`),
  );
  if (values.CUTROOM_BOOTSTRAP_KEY !== null && values.CUTROOM_BOOTSTRAP_KEY_FILE !== null)
    problems.push('CUTROOM_BOOTSTRAP_KEY and CUTROOM_BOOTSTRAP_KEY_FILE are both set: leave one of them out');
  if (values.CUTROOM_AUTH.includes('mtls') && tls?.clientCa == null)
    problems.push('CUTROOM_AUTH has mtls, which needs TLS and CUTROOM_TLS_CLIENT_CA');
  if (values.CUTROOM_AUTH.length === 0 && values.CUTROOM_OPEN.length > 0)
    problems.push('CUTROOM_OPEN is set, but without CUTROOM_AUTH everything is open: leave it out');
  return problems;
}
