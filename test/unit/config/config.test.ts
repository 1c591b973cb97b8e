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
      'CUTROOM_GRPC_ADDRESS', 'CUTROOM_HTTP_ADDRESS', 'CUTROOM_INSECURE', 'CUTROOM_SLOTS', 'CUTROOM_LEASE_MS', 'CUTROOM_LOG_LEVEL', 'CUTROOM_PUBLIC_URL', 'MONGODB_URI',
    ]);
  });

  it('refuses an address that other machines reach, unless told that this is meant', () => {
    expect(problemsOf({ CUTROOM_GRPC_ADDRESS: '0.0.0.0:1' })).toEqual([expect.stringContaining('CUTROOM_INSECURE=1')]);
    expect(toConfig({ CUTROOM_GRPC_ADDRESS: '0.0.0.0:1', CUTROOM_INSECURE: '1' }).grpcAddress).toEqual({ host: '0.0.0.0', port: 1 });
    expect(problemsOf({ CUTROOM_GRPC_ADDRESS: '[::1]:0', CUTROOM_HTTP_ADDRESS: 'localhost:0' })).toEqual([]);
  });

  it('refuses a heartbeat that leaves no room for a lost one', () => {
    expect(problemsOf({ CUTROOM_LEASE_MS: '3000', CUTROOM_HEARTBEAT_MS: '2000' })).toEqual([expect.stringContaining('CUTROOM_HEARTBEAT_MS')]);
  });

  it('takes an empty variable as unset, and drops the slash at the end of the public URL', () => {
    expect(toConfig({ MONGODB_URI: '', CUTROOM_PUBLIC_URL: 'https://media.example/x/' })).toMatchObject({ mongodbUri: null, publicUrl: 'https://media.example/x' });
  });
});
