import { storageConflicts, storageOf, type StorageSettings } from './storage.js';
import { delimiter, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { authConflicts, authOf, type AuthSettings } from './auth.js';
import type { AllowedTarget } from './allowed-targets.js';
import { type MemoryShares, shareMemory, thisMachine } from './memory.js';
import { formatAddress, isLoopback, type Address } from './readers.js';
import { fixedPartOf, isTenantRoot } from '../shared/tenant-roots.js';
import { tlsConflicts, tlsOf, type TlsSettings } from './tls.js';
import { type Environment, readVariables, type Values } from './variables.js';

const MIB = 1024 * 1024;

/** The checked settings of the service. `variables.ts` documents each. */
export interface Config {
  readonly grpcAddress: Address;
  readonly httpAddress: Address;
  /** For metrics alone; null: none. */
  readonly metricsAddress: Address | null;
  /** Null: everybody is the same caller. */
  readonly auth: AuthSettings | null;
  /** Absolute path of the file of the tenants' limits; null: no tenant has any. */
  readonly limitsFile: string | null;
  /** How many tenants have a label of their own in metrics. */
  readonly metricsTenants: number;
  /** Absolute path of the file of the buckets that outputs may be put to and inputs read from; null: there are none. */
  readonly destinationsFile: string | null;
  /** What needs no credentials. */
  readonly open: Values['CUTROOM_OPEN'];
  /** Null: both servers are plain. */
  readonly tls: TlsSettings | null;
  /** Absolute paths of the Unix sockets of gRPC and HTTP; null: none. */
  readonly socket: string | null;
  readonly httpSocket: string | null;
  /** Without a final slash; null: the host by which a caller called. */
  readonly publicUrl: string | null;
  /** Addresses, CIDR ranges, and `unix:` for whoever calls on a Unix socket. */
  readonly trustedProxies: readonly string[];
  /** The hosts by which the HTTP server may be called, beside those of loopback; null: any. */
  readonly allowedHosts: { readonly names: readonly string[]; readonly anyAddress: boolean } | null;
  /** Origins whose pages may call the JSON API; `*` for any. */
  readonly corsOrigins: readonly string[];
  readonly dataDir: string;
  readonly inputRoots: readonly string[];
  readonly musicFolder: string;
  /** Where inputs may be downloaded from, and the largest size of each. */
  readonly httpInputs: {
    readonly rules: { readonly mode: Values['CUTROOM_HTTP_INPUTS']; readonly allow: readonly AllowedTarget[] };
    readonly maxBytes: number;
  };
  /** Of a video or image. */
  readonly maxUploadBytes: number;
  /** Of all uploads together. */
  readonly maxUploadsBytes: number;
  /** Of the parts of videos that are kept to be reused; 0: none. */
  readonly cacheBytes: number;
  /** Of the inputs from elsewhere that are kept; 0: none. */
  readonly inputCacheBytes: number;
  readonly uploadTtlMs: number;
  /** Null: only the fonts of the service. */
  readonly fontFolder: string | null;
  readonly slots: number;
  readonly logLevel: Values['CUTROOM_LOG_LEVEL'];
  readonly insecure: boolean;
  readonly store: StoreSettings;
  readonly storage: StorageSettings;
  /** Whether callers are sent to the bucket for the bytes of videos. */
  readonly presigned: boolean;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly sweepIntervalMs: number;
  readonly progressIntervalMs: number;
  readonly drainMs: number;
  readonly watchdog: {
    readonly stallMs: number;
    readonly noProgressMs: number;
    readonly totalMs: number;
  };
  /** Processes that encode, of all renders together: how many at a time fit when each takes its most memory, and what they may take together. */
  readonly renders: MemoryShares['renders'];
  /** The same of processes that inspect inputs for callers. */
  readonly inspections: MemoryShares['inspections'];
  /** Of the disk of the data folder. */
  readonly minFreeBytes: number;
  readonly urlLifetimeMs: number;
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** The hardware that encodes, and the path of its device; null: the first that ffmpeg finds. */
  readonly hardware: { readonly encoder: Values['CUTROOM_HARDWARE_ENCODER']; readonly device: string | null };
}

/** Which store holds the tasks, and where. */
export type StoreSettings =
  | { readonly kind: 'SQLITE'; readonly file: string }
  /** The URI may hold a password: it is not shown. */
  | { readonly kind: 'MONGODB'; readonly uri: string };

/** The problems of an environment. */
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

/** @throws ConfigError with every problem, not only the first. */
export function toConfig(env: Environment, machine = thisMachine()): Config {
  const { values, problems } = readVariables(env);
  const config = configOf(values, machine);
  const all = [
    ...problems,
    ...tlsConflicts(values),
    ...authConflicts(values, config.tls),
    ...storageConflicts(values),
    ...conflictsIn(config, { hasRoots: values.CUTROOM_INPUT_ROOTS !== null }),
  ];
  if (all.length > 0) throw new ConfigError(all);
  return config;
}

function configOf(values: Values, machine: ReturnType<typeof thisMachine>): Config {
  const dataDir = resolve(values.CUTROOM_DATA_DIR);
  const store = storeOf(values, dataDir);
  const memoryMb = values.CUTROOM_MEMORY_MB;
  const { renders, inspections } = shareMemory(
    {
      slots: values.CUTROOM_SLOTS,
      renderBytes: memoryMb === null ? null : memoryMb * MIB,
      cores: values.CUTROOM_CORES,
    },
    machine,
  );
  return Object.freeze({
    grpcAddress: values.CUTROOM_GRPC_ADDRESS,
    httpAddress: values.CUTROOM_HTTP_ADDRESS,
    metricsAddress: values.CUTROOM_METRICS_ADDRESS,
    auth: authOf(values),
    metricsTenants: values.CUTROOM_METRICS_TENANTS,
    limitsFile: values.CUTROOM_LIMITS_FILE === null ? null : resolve(values.CUTROOM_LIMITS_FILE),
    destinationsFile: values.CUTROOM_DESTINATIONS_FILE === null ? null : resolve(values.CUTROOM_DESTINATIONS_FILE),
    open: values.CUTROOM_OPEN,
    tls: tlsOf(values),
    socket: values.CUTROOM_SOCKET === null ? null : resolve(values.CUTROOM_SOCKET),
    httpSocket: values.CUTROOM_HTTP_SOCKET === null ? null : resolve(values.CUTROOM_HTTP_SOCKET),
    publicUrl: values.CUTROOM_PUBLIC_URL,
    trustedProxies: values.CUTROOM_TRUSTED_PROXIES,
    allowedHosts: allowedHostsOf(values),
    corsOrigins: values.CUTROOM_CORS_ORIGINS,
    insecure: values.CUTROOM_INSECURE,
    dataDir,
    inputRoots: (values.CUTROOM_INPUT_ROOTS ?? '.')
      .split(delimiter)
      .filter((root) => root !== '')
      .map((root) => resolve(root)),
    musicFolder: values.CUTROOM_MUSIC_FOLDER,
    httpInputs: {
      rules: { mode: values.CUTROOM_HTTP_INPUTS, allow: values.CUTROOM_HTTP_ALLOW },
      maxBytes: values.CUTROOM_HTTP_MAX_MB * MIB,
    },
    maxUploadBytes: values.CUTROOM_UPLOAD_MB * MIB,
    maxUploadsBytes: values.CUTROOM_UPLOADS_TOTAL_MB * MIB,
    cacheBytes: values.CUTROOM_CACHE_MB * MIB,
    inputCacheBytes: values.CUTROOM_INPUT_CACHE_MB * MIB,
    uploadTtlMs: values.CUTROOM_UPLOAD_TTL_S * 1000,
    fontFolder: values.CUTROOM_FONT_FOLDER === null ? null : resolve(values.CUTROOM_FONT_FOLDER),
    slots: values.CUTROOM_SLOTS,
    logLevel: values.CUTROOM_LOG_LEVEL,
    store,
    storage: storageOf(values),
    presigned: values.CUTROOM_OUTPUT_URLS === 'presigned',
    leaseMs: values.CUTROOM_LEASE_MS,
    heartbeatMs: values.CUTROOM_HEARTBEAT_MS,
    sweepIntervalMs: values.CUTROOM_SWEEP_MS,
    // Below half a second on SQLite, so that a watcher hears of every render at least twice a second.
    progressIntervalMs: values.CUTROOM_PROGRESS_MS ?? (store.kind === 'SQLITE' ? 400 : 1000),
    drainMs: values.CUTROOM_DRAIN_MS,
    watchdog: {
      stallMs: values.CUTROOM_STALL_MS,
      noProgressMs: values.CUTROOM_NO_PROGRESS_MS,
      totalMs: values.CUTROOM_DEADLINE_MS,
    },
    renders,
    inspections,
    minFreeBytes: values.CUTROOM_MIN_FREE_MB * MIB,
    urlLifetimeMs: values.CUTROOM_URL_LIFETIME_S * 1000,
    ffmpeg: values.CUTROOM_FFMPEG,
    ffprobe: values.CUTROOM_FFPROBE,
    hardware: { encoder: values.CUTROOM_HARDWARE_ENCODER, device: values.CUTROOM_HARDWARE_DEVICE },
  });
}

function storeOf({ MONGODB_URI: uri }: Values, dataDir: string): StoreSettings {
  return uri === null ? { kind: 'SQLITE', file: join(dataDir, 'cutroom.sqlite') } : { kind: 'MONGODB', uri };
}

/** Beyond loopback the service cannot know its names: it is called by any, unless the operator lists them. Then by any address too, as probes do. */
function allowedHostsOf(values: Values): Config['allowedHosts'] {
  const { CUTROOM_ALLOWED_HOSTS: listed, CUTROOM_PUBLIC_URL: publicUrl } = values;
  const isExposed = !isLoopback(values.CUTROOM_HTTP_ADDRESS);
  if (isExposed && listed.length === 0) return null;
  const ofUrl =
    publicUrl === null || !URL.canParse(publicUrl) ? [] : [new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, '$1')];
  return { names: [...listed, ...ofUrl], anyAddress: isExposed };
}

/** The problems of values that are right one by one and wrong together. */
function conflictsIn(config: Config, { hasRoots }: { readonly hasRoots: boolean }): string[] {
  return [
    ...leaseConflicts(config),
    ...inputConflicts(config, hasRoots),
    ...hardwareConflicts(config),
    ...(config.insecure ? [] : exposedAddresses(config)),
  ];
}

function leaseConflicts({ heartbeatMs, leaseMs }: Config): string[] {
  if (heartbeatMs * 3 <= leaseMs) return [];
  return [
    `CUTROOM_HEARTBEAT_MS (${heartbeatMs}) must be at most a third of CUTROOM_LEASE_MS (${leaseMs}), so that one lost heartbeat costs nothing`,
  ];
}

function inputConflicts({ httpInputs, musicFolder, dataDir, inputRoots }: Config, hasRoots: boolean): string[] {
  const problems: string[] = [];
  const { mode, allow } = httpInputs.rules;
  if (mode === 'off' && allow.length > 0)
    problems.push(
      'CUTROOM_HTTP_ALLOW is set, but CUTROOM_HTTP_INPUTS=off: nothing is downloaded; leave one of them out',
    );
  if (mode === 'listed' && allow.length === 0)
    problems.push('CUTROOM_HTTP_INPUTS=listed needs CUTROOM_HTTP_ALLOW, or nothing can be downloaded');
  if (isAbsolute(musicFolder) || normalize(musicFolder).split(sep).includes('..'))
    problems.push(`CUTROOM_MUSIC_FOLDER=${musicFolder} must be a name within the input roots`);
  // By default the root is the working directory, in which the data folder lies by default: inputs leave it out there.
  const around = hasRoots ? inputRoots.map(fixedPartOf).find((root) => isWithin(dataDir, root)) : undefined;
  if (around !== undefined)
    problems.push(
      `CUTROOM_DATA_DIR=${dataDir} lies within the input root ${around}, so that callers could name the service's own files as inputs: set CUTROOM_DATA_DIR to a folder outside of CUTROOM_INPUT_ROOTS`,
    );
  for (const tenants of inputRoots.filter(isTenantRoot)) {
    const shared = inputRoots.find((root) => !isTenantRoot(root) && isWithin(fixedPartOf(tenants), root));
    if (shared !== undefined)
      problems.push(
        `CUTROOM_INPUT_ROOTS has ${shared}, which is for all tenants, around ${tenants}: every tenant would see the others’ files; put them side by side`,
      );
  }
  return problems;
}

function hardwareConflicts({ hardware: { encoder, device } }: Config): string[] {
  if (device === null || (encoder !== 'none' && encoder !== 'nvenc')) return [];
  return [`CUTROOM_HARDWARE_DEVICE is set, but CUTROOM_HARDWARE_ENCODER=${encoder} does not use it; leave it out`];
}

function isWithin(folder: string, root: string): boolean {
  const path = relative(root, folder);
  return path === '' || (path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path));
}

/** Beyond loopback others can listen in, and call: TLS and authentication are both needed, or the operator's word. */
function exposedAddresses(config: Config): string[] {
  return exposures(config).map(
    ({ address, missing }) =>
      `${address} is reachable from other machines, and there is no ${missing.join(' and no ')}: set that up, or set CUTROOM_INSECURE=1 to do without`,
  );
}

/** An address beyond loopback, as `VARIABLE=host:port`, and the protections that it lacks. */
export interface Exposure {
  readonly address: string;
  readonly missing: readonly string[];
}

/** The addresses that other machines reach without TLS, or without authentication. */
export function exposures({
  grpcAddress,
  httpAddress,
  tls,
  auth,
}: Pick<Config, 'grpcAddress' | 'httpAddress' | 'tls' | 'auth'>): readonly Exposure[] {
  const missing = [
    ...(tls === null ? ['TLS (CUTROOM_TLS_CERT and CUTROOM_TLS_KEY)'] : []),
    ...(auth === null ? ['authentication (CUTROOM_AUTH)'] : []),
  ];
  if (missing.length === 0) return [];
  const addresses = [
    ['CUTROOM_GRPC_ADDRESS', grpcAddress],
    ['CUTROOM_HTTP_ADDRESS', httpAddress],
  ] as const;
  return addresses
    .filter(([, address]) => !isLoopback(address))
    .map(([name, address]) => ({ address: `${name}=${formatAddress(address)}`, missing }));
}
