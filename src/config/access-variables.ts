import { type Address, integer, list, oneOf, parseAddress, parsed, text } from './readers.js';
import { SERVE, type Variable } from './variable.js';

/** The rows of the variables that say who may call, and how the way is kept safe. */
export const ACCESS_VARIABLES = {
  CUTROOM_TLS_CERT: {
    reader: text(null),
    help: 'PEM file of the certificate of both servers, with those between it and its authority; read again when it changes',
    usedBy: SERVE,
  },
  CUTROOM_TLS_KEY: {
    reader: text(null),
    help: 'PEM file of the key of that certificate, without a passphrase',
    usedBy: SERVE,
  },
  CUTROOM_TLS_CLIENT_CA: {
    reader: text(null),
    help: 'PEM file of the authorities whose certificates callers may show',
    usedBy: SERVE,
  },
  CUTROOM_TLS_CLIENTS: {
    reader: oneOf(['require', 'accept'], 'require'),
    help: 'with `CUTROOM_TLS_CLIENT_CA`: whether callers must show a certificate, or may',
    usedBy: SERVE,
  },
  CUTROOM_METRICS_ADDRESS: {
    reader: parsed<Address | null>(null, {
      shown: 'none',
      values: 'host:port, such as 127.0.0.1:9090',
      parse: parseAddress,
    }),
    help: 'a further address, for `/metrics`, `/healthz` and `/readyz` alone: without TLS and without credentials, for a private network',
    usedBy: SERVE,
  },
  CUTROOM_AUTH: {
    reader: list('keys, jwt or mtls', (entry) => (['keys', 'jwt', 'mtls'] as const).find((kind) => kind === entry)),
    help: 'how callers show who they are, separated by commas: API `keys`, tokens (`jwt`), client certificates (`mtls`); unset, everybody may do everything',
    usedBy: SERVE,
  },
  CUTROOM_OPEN: {
    reader: list('docs, metrics or reflection', (entry) =>
      (['docs', 'metrics', 'reflection'] as const).find((part) => part === entry),
    ),
    help: 'what needs no credentials though `CUTROOM_AUTH` is set: `docs` (`/openapi.json`, `/schema/render-spec.json`), `metrics`, `reflection`; health is always open',
    usedBy: SERVE,
  },
  CUTROOM_BOOTSTRAP_KEY: {
    reader: parsed<string | null>(null, {
      shown: 'none',
      values: 'at least 32 letters, digits and characters of -._~',
      isSecret: true,
      parse: (given) => (/^[A-Za-z0-9._~-]{32,}$/.test(given) ? given : undefined),
    }),
    help: 'a key with the scope `admin`, by which the first API keys are made; stored nowhere, and in force as long as it is set',
    usedBy: SERVE,
  },
  CUTROOM_BOOTSTRAP_KEY_FILE: {
    reader: text(null),
    help: 'a file that holds that key, instead',
    usedBy: SERVE,
  },
  CUTROOM_JWT_ISSUER: {
    reader: text(null),
    help: 'the claim `iss` of tokens',
    usedBy: SERVE,
  },
  CUTROOM_JWT_AUDIENCE: {
    reader: text(null),
    help: 'the claim `aud` of tokens, or one of its values',
    usedBy: SERVE,
  },
  CUTROOM_JWT_JWKS: {
    reader: parsed<string | null>(null, {
      shown: 'none',
      values: 'an https URL, one of loopback, or the path of a file',
      parse: (given) =>
        /^https:\/\/[^\s]+$/.test(given) ||
        /^http:\/\/(localhost|127\.[\d.]+|\[::1\])(:\d+)?\//.test(given) ||
        !/^[a-z][a-z0-9+.-]*:/i.test(given)
          ? given
          : undefined,
    }),
    help: 'where the issuer’s public keys are: a URL, asked again for a key that is not known, or a file, read again when it changes',
    usedBy: SERVE,
  },
  CUTROOM_JWT_ALGORITHMS: {
    reader: list('one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA', (entry) =>
      /^(?:[RPE]S(?:256|384|512)|EdDSA)$/.test(entry) ? entry : undefined,
    ),
    help: 'the algorithms of tokens that count, separated by commas; unset: RS256 and ES256',
    usedBy: SERVE,
  },
  CUTROOM_JWT_LEEWAY_S: {
    reader: integer({ min: 0, max: 300, default: 5 }),
    help: 'by how much the clocks of issuer and service may differ',
    usedBy: SERVE,
  },
  CUTROOM_JWT_TENANT_CLAIM: {
    reader: text('tenant'),
    help: 'the claim that holds the tenant',
    usedBy: SERVE,
  },
  CUTROOM_JWT_SCOPES_CLAIM: {
    reader: text('scope'),
    help: 'the claim that holds the scopes: a text with spaces between, or a list; unknown ones count for nothing',
    usedBy: SERVE,
  },
  CUTROOM_LIMITS_FILE: {
    reader: text(null),
    help: 'a YAML or JSON file with the limits of tenants and their hosts (docs/access.md); read again when it changes; unset, none has any',
    usedBy: SERVE,
  },
  CUTROOM_METRICS_TENANTS: {
    reader: integer({ min: 0, max: 1000, default: 20 }),
    help: 'how many of the tenants that the limits file names have a label of their own in the metrics by tenant; all others together are `_other`',
    usedBy: SERVE,
  },
  CUTROOM_DESTINATIONS_FILE: {
    reader: text(null),
    help: 'a YAML or JSON file with the buckets that outputs may be put to and inputs read from, and where their credentials are (docs/access.md); read again when it changes; unset, there are none',
    usedBy: SERVE,
  },
  CUTROOM_MTLS_SUBJECTS: {
    reader: text(null),
    help: 'a YAML file that names callers by their certificates: a list of entries with `subject` or `san`, `tenant` and `scopes`; read again when it changes',
    usedBy: SERVE,
  },
} as const satisfies Readonly<Record<string, Variable<unknown>>>;
