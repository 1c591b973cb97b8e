import { describe, expect, it } from 'vitest';
import { ConfigError, toConfig } from '../../../src/config/config.js';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    toConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('configuration', () => {
  it('has defaults for everything, on loopback', () => {
    expect(toConfig({})).toMatchObject({
      grpcAddress: { host: '127.0.0.1', port: 50_051 },
      httpAddress: { host: '127.0.0.1', port: 8080 },
      publicUrl: null,
      mongodbUri: null,
      slots: 1,
      leaseMs: 15_000,
      progressIntervalMs: 400,
    });
  });

  it('tells everything that is wrong at once, naming the variable', () => {
    const problems = problemsOf({
      CUTROOM_GRPC_ADDRESS: 'nowhere',
      CUTROOM_HTTP_ADDRESS: '127.0.0.1:99999',
      CUTROOM_SLOTS: '-1',
      CUTROOM_LOG_LEVEL: 'loud',
      CUTROOM_INSECURE: 'yes',
      CUTROOM_LEASE_MS: '1e4',
      CUTROOM_PUBLIC_URL: 'ftp://x',
      MONGODB_URI: 'postgres://x',
    });
    expect(problems.map((p) => /^[A-Z_]+/.exec(p)?.[0])).toEqual([
      'CUTROOM_GRPC_ADDRESS',
      'CUTROOM_HTTP_ADDRESS',
      'CUTROOM_INSECURE',
      'CUTROOM_SLOTS',
      'CUTROOM_LEASE_MS',
      'CUTROOM_LOG_LEVEL',
      'CUTROOM_PUBLIC_URL',
      'MONGODB_URI',
    ]);
  });

  it('refuses an address that other machines reach, unless told that this is meant', () => {
    expect(problemsOf({ CUTROOM_GRPC_ADDRESS: '0.0.0.0:1' })).toEqual([expect.stringContaining('CUTROOM_INSECURE=1')]);
    expect(toConfig({ CUTROOM_GRPC_ADDRESS: '0.0.0.0:1', CUTROOM_INSECURE: '1' }).grpcAddress).toEqual({
      host: '0.0.0.0',
      port: 1,
    });
    expect(problemsOf({ CUTROOM_GRPC_ADDRESS: '[::1]:0', CUTROOM_HTTP_ADDRESS: 'localhost:0' })).toEqual([]);
  });

  it('refuses a heartbeat that leaves no room for a lost one', () => {
    expect(problemsOf({ CUTROOM_LEASE_MS: '3000', CUTROOM_HEARTBEAT_MS: '2000' })).toEqual([
      expect.stringContaining('CUTROOM_HEARTBEAT_MS'),
    ]);
  });

  it('lets inputs be downloaded from public addresses, or as told', () => {
    expect(toConfig({}).httpInputs).toEqual({ rules: { mode: 'public', allow: [] }, maxBytes: 2 * 1024 ** 3 });
    expect(
      toConfig({
        CUTROOM_HTTP_INPUTS: 'listed',
        CUTROOM_HTTP_ALLOW: 'minio.internal:9000, 10.0.0.0/8,',
        CUTROOM_HTTP_MAX_MB: '1',
      }).httpInputs,
    ).toEqual({
      rules: {
        mode: 'listed',
        allow: [
          { kind: 'name', name: 'minio.internal', port: 9000 },
          { kind: 'range', cidr: '10.0.0.0/8', port: null },
        ],
      },
      maxBytes: 1024 ** 2,
    });
    expect(
      problemsOf({
        CUTROOM_HTTP_INPUTS: 'all',
        CUTROOM_HTTP_ALLOW: '10.0.0.1/8,minio,http://x',
        CUTROOM_HTTP_MAX_MB: '0',
      }),
    ).toEqual([
      expect.stringContaining('CUTROOM_HTTP_INPUTS'),
      expect.stringContaining('"10.0.0.1/8"'),
      expect.stringContaining('"http://x"'),
      expect.stringContaining('CUTROOM_HTTP_MAX_MB'),
    ]);
    expect(problemsOf({ CUTROOM_HTTP_INPUTS: 'listed' })).toEqual([
      expect.stringContaining('needs CUTROOM_HTTP_ALLOW'),
    ]);
    expect(problemsOf({ CUTROOM_HTTP_INPUTS: 'off', CUTROOM_HTTP_ALLOW: 'minio' })).toEqual([
      expect.stringContaining('CUTROOM_HTTP_ALLOW is set'),
    ]);
  });

  it('takes an empty variable as unset, and drops the slash at the end of the public URL', () => {
    expect(toConfig({ MONGODB_URI: '', CUTROOM_PUBLIC_URL: 'https://media.example/x/' })).toMatchObject({
      mongodbUri: null,
      publicUrl: 'https://media.example/x',
    });
  });
});
