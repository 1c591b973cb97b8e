import { delimiter, isAbsolute, normalize, resolve, sep } from 'node:path';
import { parseAllowedTarget, type AllowedTarget } from './allowed-targets.js';
import type { Environment } from './environment.js';
import { createReaders, formatAddress, isLoopback, type Address, type Readers } from './readers.js';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export type HttpInputMode = 'public' | 'listed' | 'off';

/** Everything the service can be told, checked. `environment.ts` says what each means. */
export interface Config {
  readonly grpcAddress: Address;
  readonly httpAddress: Address;
  /** Without a final slash; null: the bound HTTP address. */
  readonly publicUrl: string | null;
  /** Origins whose pages may call the JSON door; `*` for any. */
  readonly corsOrigins: readonly string[];
  readonly dataDir: string;
  readonly inputRoots: readonly string[];
  readonly musicFolder: string;
  /** Where inputs may be downloaded from, and how much each may have. */
  readonly httpInputs: {
    readonly rules: { readonly mode: HttpInputMode; readonly allow: readonly AllowedTarget[] };
    readonly maxBytes: number;
  };
  /** Of a video or image. */
  readonly maxUploadBytes: number;
  /** Null: no fonts but our own. */
  readonly fontFolder: string | null;
  readonly slots: number;
  readonly logLevel: LogLevel;
  readonly insecure: boolean;
  readonly mongodbUri: string | null;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly sweepIntervalMs: number;
  readonly progressIntervalMs: number;
  readonly drainMs: number;
  readonly watchdog: {
    readonly stallMs: number;
    readonly noProgressMs: number;
    readonly totalMs: number;
    readonly memoryBytes: number;
  };
  readonly urlLifetimeMs: number;
  readonly ffmpeg: string;
  readonly ffprobe: string;
}

/** Everything that is wrong with an environment. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `the configuration has ${problems.length === 1 ? 'an error' : `${problems.length} errors`}:\n${problems.map((p) => `  ${p}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

const MINUTE_MS = 60_000;
const HTTP_INPUT_MODES = ['public', 'listed', 'off'] as const;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** @throws ConfigError with everything that is wrong, not just the first. */
export function toConfig(env: Environment): Config {
  const read = createReaders(env);
  const config: Config = Object.freeze({
    ...doors(read),
    ...work(read),
    dataDir: resolve(read.string('CUTROOM_DATA_DIR') ?? '.cutroom'),
    inputRoots: (read.string('CUTROOM_INPUT_ROOTS') ?? '.')
      .split(delimiter)
      .filter((p) => p !== '')
      .map((p) => resolve(p)),
    musicFolder: read.string('CUTROOM_MUSIC_FOLDER') ?? 'songs',
    httpInputs: {
      rules: {
        mode: read.oneOf('CUTROOM_HTTP_INPUTS', HTTP_INPUT_MODES, 'public'),
        allow: read.list(
          'CUTROOM_HTTP_ALLOW',
          'an address, a range such as 10.1.0.0/16, or a host, such as minio.internal:9000',
          parseAllowedTarget,
        ),
      },
      maxBytes: read.integer('CUTROOM_HTTP_MAX_MB', { min: 1, max: 1_048_576, default: 2048 }) * 1024 * 1024,
    },
    maxUploadBytes: read.integer('CUTROOM_UPLOAD_MB', { min: 1, max: 1_048_576, default: 1024 }) * 1024 * 1024,
    fontFolder: resolved(read.string('CUTROOM_FONT_FOLDER')),
    logLevel: read.oneOf('CUTROOM_LOG_LEVEL', LOG_LEVELS, 'info'),
    mongodbUri: read.string('MONGODB_URI'),
    urlLifetimeMs: read.integer('CUTROOM_URL_LIFETIME_S', { min: 60, max: 604_800, default: 86_400 }) * 1000,
    ffmpeg: read.string('CUTROOM_FFMPEG') ?? 'ffmpeg',
    ffprobe: read.string('CUTROOM_FFPROBE') ?? 'ffprobe',
  });
  checkTogether(config, read.problems);
  if (read.problems.length > 0) throw new ConfigError(read.problems);
  return config;
}

function resolved(name: string | null): string | null {
  return name === null ? null : resolve(name);
}

function doors(read: Readers) {
  return {
    grpcAddress: read.address('CUTROOM_GRPC_ADDRESS', { host: '127.0.0.1', port: 50_051 }),
    httpAddress: read.address('CUTROOM_HTTP_ADDRESS', { host: '127.0.0.1', port: 8080 }),
    publicUrl: read.string('CUTROOM_PUBLIC_URL')?.replace(/\/+$/, '') ?? null,
    corsOrigins: (read.string('CUTROOM_CORS_ORIGINS') ?? '')
      .split(',')
      .map((origin) => origin.trim().replace(/\/$/, ''))
      .filter((origin) => origin !== ''),
    insecure: read.flag('CUTROOM_INSECURE'),
  };
}

function work(read: Readers) {
  const onMongo = read.string('MONGODB_URI') !== null;
  return {
    slots: read.integer('CUTROOM_SLOTS', { min: 0, max: 64, default: 1 }),
    leaseMs: read.integer('CUTROOM_LEASE_MS', { min: 1000, max: 10 * MINUTE_MS, default: 15_000 }),
    heartbeatMs: read.integer('CUTROOM_HEARTBEAT_MS', { min: 100, max: 3 * MINUTE_MS, default: 5000 }),
    sweepIntervalMs: read.integer('CUTROOM_SWEEP_MS', { min: 100, max: MINUTE_MS, default: 2000 }),
    // Below half a second on SQLite, so that a watcher hears of every render at least twice a second.
    progressIntervalMs: read.integer('CUTROOM_PROGRESS_MS', { min: 50, max: 10_000, default: onMongo ? 1000 : 400 }),
    drainMs: read.integer('CUTROOM_DRAIN_MS', { min: 0, max: 60 * MINUTE_MS, default: 10_000 }),
    watchdog: {
      stallMs: read.integer('CUTROOM_STALL_MS', { min: 1000, max: 60 * MINUTE_MS, default: 20_000 }),
      noProgressMs: read.integer('CUTROOM_NO_PROGRESS_MS', { min: 1000, max: 60 * MINUTE_MS, default: 5 * MINUTE_MS }),
      totalMs: read.integer('CUTROOM_DEADLINE_MS', { min: 1000, max: 1440 * MINUTE_MS, default: 60 * MINUTE_MS }),
      memoryBytes: read.integer('CUTROOM_MEMORY_MB', { min: 64, max: 1_048_576, default: 8192 }) * 1024 * 1024,
    },
  };
}

function checkTogether(config: Config, problems: string[]): void {
  if (config.heartbeatMs * 3 > config.leaseMs) {
    problems.push(
      `CUTROOM_HEARTBEAT_MS (${config.heartbeatMs}) must be at most a third of CUTROOM_LEASE_MS (${config.leaseMs}), so that one lost heartbeat costs nothing`,
    );
  }
  const { mode, allow } = config.httpInputs.rules;
  if (mode === 'off' && allow.length > 0)
    problems.push(
      'CUTROOM_HTTP_ALLOW is set, but CUTROOM_HTTP_INPUTS=off: nothing is downloaded; leave one of them out',
    );
  if (mode === 'listed' && allow.length === 0)
    problems.push('CUTROOM_HTTP_INPUTS=listed needs CUTROOM_HTTP_ALLOW, or nothing can be downloaded');
  if (isAbsolute(config.musicFolder) || normalize(config.musicFolder).split(sep).includes('..')) {
    problems.push(`CUTROOM_MUSIC_FOLDER=${config.musicFolder} must be a name within the input roots`);
  }
  for (const [name, address] of [
    ['CUTROOM_GRPC_ADDRESS', config.grpcAddress],
    ['CUTROOM_HTTP_ADDRESS', config.httpAddress],
  ] as const) {
    if (!config.insecure && !isLoopback(address)) {
      problems.push(
        `${name}=${formatAddress(address)} is reachable from other machines, and there is no authentication: set CUTROOM_INSECURE=1 if that is meant`,
      );
    }
  }
  for (const origin of config.corsOrigins) {
    if (origin !== '*' && !/^https?:\/\/[^\s/]+$/.test(origin))
      problems.push(
        `CUTROOM_CORS_ORIGINS: ${JSON.stringify(origin)} must be an origin such as https://studio.example, or *`,
      );
  }
  if (config.publicUrl !== null && !/^https?:\/\/[^\s?#]+$/.test(config.publicUrl)) {
    problems.push(`CUTROOM_PUBLIC_URL=${JSON.stringify(config.publicUrl)} must be an http or https URL without query`);
  }
  if (config.mongodbUri !== null && !/^mongodb(\+srv)?:\/\//.test(config.mongodbUri)) {
    problems.push('MONGODB_URI must begin with mongodb:// or mongodb+srv://');
  }
}
