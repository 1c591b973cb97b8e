import { describe, expect, it } from 'vitest';
import { ConfigError, toConfig } from '../../../src/config/config.js';
import { environmentOf } from '../../../src/config/variables.js';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    toConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('has defaults for everything, on loopback', () => {
    expect(toConfig({})).toMatchObject({
      grpcAddress: { host: '127.0.0.1', port: 50_051 },
      httpAddress: { host: '127.0.0.1', port: 8080 },
      publicUrl: null,
      store: { kind: 'SQLITE' },
      slots: 1,
      leaseMs: 15_000,
      progressIntervalMs: 400,
    });
  });

  it('refuses unknown variables with the nearest name, and ignores the variables of Kubernetes', () => {
    expect(problemsOf({ CUTROOM_SLOT: '2', CUTROOM_PROGRES_MS: '1', CUTROOM_QWERTZUIOP: 'x' })).toEqual([
      'CUTROOM_SLOT is no variable of cutroom: did you mean CUTROOM_SLOTS?',
      'CUTROOM_PROGRES_MS is no variable of cutroom: did you mean CUTROOM_PROGRESS_MS?',
      'CUTROOM_QWERTZUIOP is no variable of cutroom; see cutroom serve --help',
    ]);
    const links = {
      CUTROOM_SERVICE_HOST: 'h',
      CUTROOM_SERVICE_PORT_GRPC: '1',
      CUTROOM_PORT: 'p',
      CUTROOM_PORT_80_TCP_ADDR: 'a',
    };
    expect(problemsOf(links)).toEqual([]);
  });

  it('reports every problem at once, with the variable', () => {
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
      'CUTROOM_PUBLIC_URL',
      'CUTROOM_SLOTS',
      'CUTROOM_LOG_LEVEL',
      'CUTROOM_INSECURE',
      'MONGODB_URI',
      'CUTROOM_LEASE_MS',
    ]);
    // A URI of MongoDB may hold a password.
    expect(problems.join('\n')).not.toContain('postgres://x');
  });

  it('refuses an address that other machines reach, unless CUTROOM_INSECURE allows it', () => {
    expect(problemsOf({ CUTROOM_GRPC_ADDRESS: '0.0.0.0:1' })).toEqual([expect.stringContaining('CUTROOM_INSECURE=1')]);
    expect(toConfig({ CUTROOM_GRPC_ADDRESS: '0.0.0.0:1', CUTROOM_INSECURE: '1' }).grpcAddress).toEqual({
      host: '0.0.0.0',
      port: 1,
    });
    expect(problemsOf({ CUTROOM_GRPC_ADDRESS: '[::1]:0', CUTROOM_HTTP_ADDRESS: 'localhost:0' })).toEqual([]);
  });

  it('refuses a heartbeat that leaves no time for a lost one', () => {
    expect(problemsOf({ CUTROOM_LEASE_MS: '3000', CUTROOM_HEARTBEAT_MS: '2000' })).toEqual([
      expect.stringContaining('CUTROOM_HEARTBEAT_MS'),
    ]);
  });

  it('lets inputs be downloaded from public addresses, or as configured', () => {
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

  it('reads the hardware that encodes, and refuses a device that nothing uses', () => {
    const device = '/dev/dri/renderD129';
    expect(toConfig({}).hardware).toEqual({ encoder: 'none', device: null });
    expect(toConfig({ CUTROOM_HARDWARE_ENCODER: 'vaapi', CUTROOM_HARDWARE_DEVICE: device }).hardware).toEqual({
      ...{ encoder: 'vaapi', device },
    });
    for (const encoder of ['none', 'nvenc'])
      expect(problemsOf({ CUTROOM_HARDWARE_ENCODER: encoder, CUTROOM_HARDWARE_DEVICE: device })).toEqual([
        expect.stringContaining(`CUTROOM_HARDWARE_ENCODER=${encoder} does not use it`),
      ]);
    // An option of ffmpeg's would follow a comma.
    expect(problemsOf({ CUTROOM_HARDWARE_ENCODER: 'vaapi', CUTROOM_HARDWARE_DEVICE: `${device},x=1` })).toEqual([
      expect.stringContaining('the path of a device'),
    ]);
  });

  it('refuses a data folder within an input root, unless the roots are the default', () => {
    const within = { CUTROOM_DATA_DIR: '/srv/media/data', CUTROOM_INPUT_ROOTS: '/srv/fonts:/srv/media' };
    expect(problemsOf(within)).toEqual([expect.stringContaining('lies within the input root /srv/media')]);
    expect(problemsOf({ ...within, CUTROOM_DATA_DIR: '/srv/media' })).toHaveLength(1);
    expect(problemsOf({ ...within, CUTROOM_DATA_DIR: '/srv/media-data' })).toEqual([]);
    expect(problemsOf({})).toEqual([]);
  });

  it('treats an empty variable as unset, and drops the slash at the end of the public URL', () => {
    expect(toConfig({ MONGODB_URI: '', CUTROOM_PUBLIC_URL: 'https://media.example/x/' })).toMatchObject({
      store: { kind: 'SQLITE' },
      publicUrl: 'https://media.example/x',
    });
  });
});

describe('the variables of a command', () => {
  it('exclude the variables that the command does not use', () => {
    const env = { CUTROOM_SLOTS: '5', CUTROOM_FFMPEG: '/opt/ffmpeg', HOME: '/root' };
    expect(environmentOf('render', env)).toMatchObject({ CUTROOM_FFMPEG: '/opt/ffmpeg' });
    expect(Object.keys(environmentOf('render', env))).not.toContain('CUTROOM_SLOTS');
    expect(Object.keys(environmentOf('render', env))).not.toContain('HOME');
  });
});
