import { isIP } from 'node:net';
import { parseAllowedTarget } from './allowed-targets.js';
import { type Command, SERVE, type Variable } from './variable.js';
import { nearestName } from '../shared/nearest-name.js';
import { STORAGE_VARIABLES } from './storage.js';
import { ACCESS_VARIABLES } from './access-variables.js';
import { CLIENT_VARIABLES } from './client-variables.js';
import { address, flag, integer, list, oneOf, parsed, type Reader, text } from './readers.js';

/** The environment of a process as it is. */
export type Environment = Readonly<Record<string, string | undefined>>;

function isAddressOrRange(entry: string): boolean {
  const [address = '', prefix, ...more] = entry.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    bits > 0 && more.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  );
}

const MINUTE_MS = 60_000;
const SERVE_AND_RENDER: readonly Command[] = ['serve', 'render'];

/**
 * The one table of environment variables, in the order of the README and of `cutroom serve --help`, which are made of it. A new variable is a row
 * here and a field of `Config`.
 */
export const VARIABLES = {
  CUTROOM_GRPC_ADDRESS: {
    reader: address({ host: '127.0.0.1', port: 50_051 }),
    help: 'address of the gRPC server; port 0 picks a free one',
    usedBy: ['serve', 'client'],
  },
  CUTROOM_HTTP_ADDRESS: {
    reader: address({ host: '127.0.0.1', port: 8080 }),
    help: 'address of the JSON and file server; port 0 picks a free one',
    usedBy: SERVE,
  },
  CUTROOM_SOCKET: {
    reader: text(null),
    help: 'path of a Unix socket for gRPC, beside the address; its mode is 0660. Clients call it `unix:/PATH`',
    usedBy: SERVE,
  },
  CUTROOM_HTTP_SOCKET: {
    reader: text(null),
    help: 'path of a Unix socket for the JSON and file server, beside the address; its mode is 0660. `curl --unix-socket PATH http://localhost/…` calls it',
    usedBy: SERVE,
  },
  ...ACCESS_VARIABLES,
  CUTROOM_PUBLIC_URL: {
    reader: parsed<string | null>(null, {
      shown: 'the host of the call',
      values: 'an http or https URL without query',
      parse: (given) => (/^https?:\/\/[^\s?#]+$/.test(given) ? given.replace(/\/+$/, '') : undefined),
    }),
    help: 'base of the URLs of finished videos',
    usedBy: SERVE,
  },
  CUTROOM_TRUSTED_PROXIES: {
    reader: list('an address, a range such as 10.1.0.0/16, or unix:', (entry) =>
      entry === 'unix:' || isAddressOrRange(entry) ? entry : undefined,
    ),
    help: 'addresses and CIDR ranges of proxies whose `Forwarded` and `X-Forwarded-*` headers tell the host of a call, separated by commas; `unix:` means those on a Unix socket',
    usedBy: SERVE,
  },
  CUTROOM_ALLOWED_HOSTS: {
    reader: list('a host name without port, such as studio.example', (entry) =>
      /^[A-Za-z0-9._-]+$/.test(entry) ? entry.toLowerCase().replace(/\.$/, '') : undefined,
    ),
    help: 'host names by which the HTTP server may be called, beside `localhost`, loopback addresses and the host of `CUTROOM_PUBLIC_URL`, separated by commas; unset, an address other than loopback may be called by any',
    usedBy: SERVE,
  },
  CUTROOM_CORS_ORIGINS: {
    reader: list('an origin such as https://studio.example, or *', (entry) => {
      const origin = entry.replace(/\/$/, '');
      return origin === '*' || /^https?:\/\/[^\s/]+$/.test(origin) ? origin : undefined;
    }),
    help: 'origins whose pages may call the JSON API, separated by commas, or `*`',
    usedBy: SERVE,
  },
  CUTROOM_DATA_DIR: {
    reader: text('.cutroom'),
    help: 'folder of the SQLite file, uploads, scratch files and finished videos; never within an input root',
    usedBy: SERVE,
  },
  CUTROOM_INPUT_ROOTS: {
    reader: text(null, 'working directory'),
    help: 'folders that inputs may lie in, separated by colons; `{tenant}` in one stands for the caller’s tenant, the others are for all tenants',
    usedBy: SERVE,
  },
  CUTROOM_MUSIC_FOLDER: {
    reader: text('songs'),
    help: 'folder within the input roots from whose songs `bgm_type: "random"` chooses, for clients of MoneyPrinterTurbo',
    usedBy: SERVE,
  },
  CUTROOM_HTTP_INPUTS: {
    reader: oneOf(['public', 'listed', 'off'], 'public'),
    help: 'where inputs may be downloaded from: public addresses and the entries of `CUTROOM_HTTP_ALLOW`, only the entries, or nowhere',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_HTTP_ALLOW: {
    reader: list('an address, a range such as 10.1.0.0/16, or a host, such as minio.internal:9000', parseAllowedTarget),
    help: 'addresses, CIDR ranges and host names, each with `:port` or without, that inputs may be downloaded from and events be sent to though they are not public, separated by commas',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_HTTP_MAX_MB: {
    reader: integer({ min: 1, max: 1_048_576, default: 2048 }),
    help: 'the largest size of one downloaded input, in MiB',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_UPLOAD_MB: {
    reader: integer({ min: 1, max: 1_048_576, default: 1024 }),
    help: 'the largest size of an uploaded video or image, in MiB; an uploaded song may have 30',
    usedBy: SERVE,
  },
  CUTROOM_UPLOADS_TOTAL_MB: {
    reader: integer({ min: 1, max: 1_073_741_824, default: 20_480 }),
    help: 'the largest size of all uploads together, in MiB',
    usedBy: SERVE,
  },
  CUTROOM_UPLOAD_TTL_S: {
    reader: integer({ min: 60, max: 31_536_000, default: 604_800 }),
    help: 'how long an upload is kept after it was sent',
    usedBy: SERVE,
  },
  CUTROOM_CACHE_MB: {
    reader: integer({ min: 0, max: 1_073_741_824, default: 5120 }),
    help: 'the largest size of the parts of videos that are kept to be reused, in MiB; 0 keeps none',
    usedBy: SERVE,
  },
  CUTROOM_INPUT_CACHE_MB: {
    reader: integer({ min: 0, max: 1_073_741_824, default: 5120 }),
    help: 'the largest size of the downloaded inputs that each worker keeps for further tasks of their tenant, in MiB (docs/media.md); 0 keeps none',
    usedBy: SERVE,
  },
  CUTROOM_FONT_FOLDER: {
    reader: text(null),
    help: 'folder of further `.ttf`, `.otf` and `.ttc` files, which requests may name; read at the start, and the same on every machine',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_SLOTS: {
    reader: integer({ min: 0, max: 64, default: 1 }),
    help: 'renders at a time; 0 serves the API only',
    usedBy: SERVE,
  },
  CUTROOM_LOG_LEVEL: {
    reader: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
    help: 'the least severe level that is logged; `cutroom render` logs nothing unless this is set',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_INSECURE: {
    reader: flag(),
    help: '1 allows addresses other than loopback without TLS or without authentication',
    usedBy: SERVE,
  },
  MONGODB_URI: {
    reader: parsed<string | null>(null, {
      shown: 'none',
      values: 'a URI that begins with mongodb:// or mongodb+srv://',
      // It may hold a password.
      isSecret: true,
      parse: (given) => (/^mongodb(\+srv)?:\/\//.test(given) ? given : undefined),
    }),
    help: 'a replica set or sharded cluster, for several machines; unset: an SQLite file in the data folder',
    usedBy: SERVE,
  },
  ...STORAGE_VARIABLES,
  CUTROOM_LEASE_MS: {
    reader: integer({ min: 1000, max: 10 * MINUTE_MS, default: 15_000 }),
    help: 'how long a worker keeps a task without a sign of life',
    usedBy: SERVE,
  },
  CUTROOM_HEARTBEAT_MS: {
    reader: integer({ min: 100, max: 3 * MINUTE_MS, default: 5000 }),
    help: 'how often a worker renews its lease on a task; at most a third of the lease',
    usedBy: SERVE,
  },
  CUTROOM_SWEEP_MS: {
    reader: integer({ min: 100, max: MINUTE_MS, default: 2000 }),
    help: 'how often a worker looks for tasks of dead workers',
    usedBy: SERVE,
  },
  CUTROOM_PROGRESS_MS: {
    reader: integer({ min: 50, max: 10_000, default: null, shown: '400; with MongoDB 1000' }),
    help: 'the shortest time between two stored progress updates of a task',
    usedBy: SERVE,
  },
  CUTROOM_DRAIN_MS: {
    reader: integer({ min: 0, max: 60 * MINUTE_MS, default: 5_000 }),
    help: 'how long renders may go on after SIGTERM before they are handed back; leave the rest of the supervisor’s patience (Docker: 10 s) to that',
    usedBy: SERVE,
  },
  CUTROOM_STALL_MS: {
    reader: integer({ min: 1000, max: 60 * MINUTE_MS, default: 20_000 }),
    help: 'a render without progress, CPU time and I/O for this long is killed',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_NO_PROGRESS_MS: {
    reader: integer({ min: 1000, max: 60 * MINUTE_MS, default: 5 * MINUTE_MS }),
    help: 'a render without progress for this long is killed though it is busy',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_DEADLINE_MS: {
    reader: integer({ min: 1000, max: 1440 * MINUTE_MS, default: 60 * MINUTE_MS }),
    help: 'the longest time of one attempt',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_MEMORY_MB: {
    reader: integer({ min: 64, max: 1_048_576, default: null, shown: 'what fits the machine' }),
    help: 'the most memory of each process of a render, in MiB; by default so much that all slots and inspections of inputs together fit the memory of the container or machine',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_CORES: {
    reader: integer({ min: 1, max: 1024, default: null, shown: 'those of the machine, or one for each slot' }),
    help: 'cores that all renders together keep busy: a command takes one, and more when it encodes several outputs; it waits until there are so many, and memory for it',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_HARDWARE_ENCODER: {
    reader: oneOf(['none', 'auto', 'nvenc', 'vaapi', 'qsv'], 'none'),
    help: 'the hardware that encodes H.264 and HEVC where it works, which is tried at the start (docs/operations.md#hardware-encoders); `auto` takes the first that works. Quality and size differ from those of the software encoders, which alone are measured',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_HARDWARE_DEVICE: {
    reader: parsed<string | null>(null, {
      shown: 'the first that ffmpeg finds',
      values: 'the path of a device, such as /dev/dri/renderD128',
      parse: (given) => (/^\/dev\/[\w./-]+$/.test(given) ? given : undefined),
    }),
    help: 'the device of `vaapi` and `qsv`; that of `nvenc` is the first of `CUDA_VISIBLE_DEVICES`',
    usedBy: SERVE_AND_RENDER,
  },
  CUTROOM_MIN_FREE_MB: {
    reader: integer({ min: 0, max: 1_048_576, default: 128 }),
    help: 'with less room than this on the disk of the data folder, in MiB, no task is claimed and the service is not ready',
    usedBy: SERVE,
  },
  CUTROOM_URL_LIFETIME_S: {
    reader: integer({ min: 60, max: 604_800, default: 86_400 }),
    help: 'the shortest time that the URL of a video works',
    usedBy: SERVE,
  },
  ...CLIENT_VARIABLES,
  CUTROOM_FFMPEG: { reader: text('ffmpeg'), help: 'the ffmpeg to run', usedBy: SERVE_AND_RENDER },
  CUTROOM_FFPROBE: { reader: text('ffprobe'), help: 'the ffprobe to run', usedBy: SERVE_AND_RENDER },
} as const satisfies Readonly<Record<string, Variable<unknown>>>;

export type VariableName = keyof typeof VARIABLES;

/** The value of each variable. */
export type Values = {
  readonly [Name in VariableName]: (typeof VARIABLES)[Name]['reader'] extends Reader<infer T> ? T : never;
};

/** Reads every variable; problems come in the order of the table, and name the variable. */
export function readVariables(env: Environment): { readonly values: Values; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const entries = Object.entries<Variable<unknown>>(VARIABLES).map(([name, { reader }]) => {
    const given = env[name]?.trim() ?? '';
    const reading = reader.read(given === '' ? null : given);
    problems.push(...reading.problems.map((problem) => name + problem));
    return [name, reading.value];
  });
  return { values: Object.fromEntries(entries) as Values, problems: [...problems, ...unknownVariables(env)] };
}

/** What Kubernetes sets for a service of this name in the pods beside it. */
const SERVICE_LINK = /^CUTROOM_(SERVICE_(HOST|PORT)(_.+)?|PORT(_\d+_(TCP|UDP)(_.+)?)?)$/;

/** A misspelt variable would leave its default in place, and nobody would notice. */
function unknownVariables(env: Environment): string[] {
  const names = Object.keys(VARIABLES);
  return Object.keys(env)
    .filter((name) => name.startsWith('CUTROOM_') && !names.includes(name) && !SERVICE_LINK.test(name))
    .map((name) => {
      const nearest = nearestName(name, names);
      return `${name} is no variable of cutroom${nearest === null ? '; see cutroom serve --help' : `: did you mean ${nearest}?`}`;
    });
}

/** The part of an environment that a command uses. */
export function environmentOf(command: Command, env: Environment): Environment {
  const used = Object.entries<Variable<unknown>>(VARIABLES).filter(([, { usedBy }]) => usedBy.includes(command));
  return Object.fromEntries(used.map(([name]) => [name, env[name]]));
}
