import { describe, expect, it } from 'vitest';
import { ConfigError, exposures, toConfig } from '../../../src/config/config.js';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    toConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

const TLS = { CUTROOM_TLS_CERT: 'a.pem', CUTROOM_TLS_KEY: 'a.key' };
const JWT = { CUTROOM_JWT_ISSUER: 'i', CUTROOM_JWT_AUDIENCE: 'a', CUTROOM_JWT_JWKS: 'https://i/jwks' };

describe('an address that other machines reach', () => {
  it('needs TLS and authentication, and the message says which is missing', () => {
    const exposed = { CUTROOM_HTTP_ADDRESS: '0.0.0.0:80' };
    const [both] = problemsOf(exposed);
    expect(both).toContain('no TLS (CUTROOM_TLS_CERT and CUTROOM_TLS_KEY) and no authentication (CUTROOM_AUTH)');
    expect(problemsOf({ ...exposed, ...TLS })).toEqual([expect.stringContaining('there is no authentication')]);
    expect(problemsOf({ ...exposed, CUTROOM_AUTH: 'keys' })).toEqual([expect.stringContaining('there is no TLS')]);
    expect(problemsOf({ ...exposed, ...TLS, CUTROOM_AUTH: 'keys' })).toEqual([]);
    expect(problemsOf({ ...exposed, CUTROOM_INSECURE: '1' })).toEqual([]);
  });

  it('is warned of with CUTROOM_INSECURE=1 only while one of them is missing', () => {
    const exposed = { CUTROOM_HTTP_ADDRESS: '0.0.0.0:80', CUTROOM_INSECURE: '1' };
    const missingOf = (more: Record<string, string>) =>
      exposures(toConfig({ ...exposed, ...more })).map(({ missing }) => missing);
    expect(missingOf({ ...TLS, CUTROOM_AUTH: 'keys' })).toEqual([]);
    expect(missingOf({ CUTROOM_HTTP_ADDRESS: '127.0.0.1:80' })).toEqual([]);
    expect(missingOf(TLS)).toEqual([['authentication (CUTROOM_AUTH)']]);
    expect(missingOf({})).toEqual([[expect.stringContaining('TLS'), expect.stringContaining('authentication')]]);
  });
});

describe('the settings of access', () => {
  it.each([
    [{ CUTROOM_TLS_CERT: 'a.pem' }, 'CUTROOM_TLS_CERT is set without CUTROOM_TLS_KEY'],
    [{ CUTROOM_TLS_KEY: 'a.key' }, 'CUTROOM_TLS_KEY is set without CUTROOM_TLS_CERT'],
    [{ CUTROOM_TLS_CLIENT_CA: 'ca.pem' }, 'CUTROOM_TLS_CLIENT_CA is set without TLS'],
    [{ CUTROOM_AUTH: 'jwt', CUTROOM_JWT_ISSUER: 'i', CUTROOM_JWT_AUDIENCE: 'a' }, 'which needs CUTROOM_JWT_JWKS'],
    [JWT, 'CUTROOM_JWT_ISSUER is set, but CUTROOM_AUTH has no jwt'],
    [{ CUTROOM_BOOTSTRAP_KEY: 'x'.repeat(32) }, 'CUTROOM_AUTH has no keys'],
    [{ CUTROOM_AUTH: 'keys', CUTROOM_BOOTSTRAP_KEY: 'short-secret' }, 'at least 32'],
    [{ CUTROOM_AUTH: 'mtls', CUTROOM_MTLS_SUBJECTS: 's.yaml' }, 'CUTROOM_AUTH has mtls, which needs TLS'],
    [{ CUTROOM_AUTH: 'password' }, '"password" must be keys, jwt or mtls'],
    [{ ...JWT, CUTROOM_AUTH: 'jwt', CUTROOM_JWT_ALGORITHMS: 'HS256' }, '"HS256" must be one of RS256'],
    [{ ...JWT, CUTROOM_AUTH: 'jwt', CUTROOM_JWT_ALGORITHMS: 'none' }, '"none" must be one of RS256'],
    [{ ...JWT, CUTROOM_AUTH: 'jwt', CUTROOM_JWT_JWKS: 'http://issuer.example/jwks' }, 'must be an https URL'],
    [{ CUTROOM_OPEN: 'docs' }, 'without CUTROOM_AUTH everything is open'],
    [{ CUTROOM_INPUT_ROOTS: '/srv:/srv/media/{tenant}' }, 'around /srv/media/{tenant}'],
    [{ CUTROOM_INPUT_ROOTS: '/srv/{tenant}', CUTROOM_DATA_DIR: '/srv/data' }, 'lies within the input root /srv'],
  ] as [Record<string, string>, string][])('are refused when they do not fit together: %j', (env, problem) => {
    const problems = problemsOf(env);
    expect(problems.join('\n')).toContain(problem);
    expect(problems.join('\n')).not.toContain('short-secret');
  });

  it('are taken when they fit', () => {
    const { auth, open } = toConfig({ ...JWT, CUTROOM_AUTH: 'keys, jwt', CUTROOM_OPEN: 'docs' });
    expect(auth).toMatchObject({ keys: true, jwt: { algorithms: ['RS256', 'ES256'], tenantClaim: 'tenant' } });
    expect(open).toEqual(['docs']);
    expect(toConfig({}).auth).toBeNull();
  });
});
