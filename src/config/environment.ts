/** The names and nothing else: what the process was started with, as it is. `config.ts` makes sense of it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable that the service knows, with what it means. The order is that of the README. */
export const VARIABLES = {
  CUTROOM_GRPC_ADDRESS: 'host:port of the gRPC server; port 0 picks a free one',
  CUTROOM_HTTP_ADDRESS: 'host:port of the JSON and file server; port 0 picks a free one',
  CUTROOM_PUBLIC_URL: 'base of the URLs of finished videos; default: http:// and the HTTP address',
  CUTROOM_CORS_ORIGINS: 'origins whose pages may call the JSON door, separated by commas, or *; default: none',
  CUTROOM_DATA_DIR: 'where the SQLite file, scratch files and finished videos lie',
  CUTROOM_INPUT_ROOTS: 'folders that inputs may lie in, separated by colons; default: the working directory',
  CUTROOM_MUSIC_FOLDER:
    'folder within the input roots whose songs bgm_type random chooses from, for clients of MoneyPrinterTurbo; default: songs',
  CUTROOM_HTTP_INPUTS:
    'where inputs may be downloaded from: public (public addresses and CUTROOM_HTTP_ALLOW), listed (CUTROOM_HTTP_ALLOW only) or off; default: public',
  CUTROOM_HTTP_ALLOW:
    'addresses, CIDR ranges and host names, each with :port or without, that inputs may be downloaded from though they are not public, separated by commas',
  CUTROOM_HTTP_MAX_MB: 'the most that one downloaded input may have, 1 to 1048576; default: 2048',
  CUTROOM_UPLOAD_MB: 'the most that an uploaded video or image may have, 1 to 1048576; songs may have 30',
  CUTROOM_FONT_FOLDER:
    'folder of further .ttf, .otf and .ttc files, which requests may name; read at the start; default: none',
  CUTROOM_SLOTS: 'renders at a time, 0 to 64; 0 serves the API only',
  CUTROOM_LOG_LEVEL: 'trace, debug, info, warn, error, fatal or silent',
  CUTROOM_INSECURE: '1 allows addresses other than loopback, without any authentication',
  MONGODB_URI: 'a replica set or sharded cluster, for several machines; unset: an SQLite file in the data folder',
  CUTROOM_LEASE_MS: 'how long a worker holds a task without a sign of life, 1000 to 600000',
  CUTROOM_HEARTBEAT_MS: 'how often a worker renews its hold, at most a third of the lease',
  CUTROOM_SWEEP_MS: 'how often tasks of dead workers are looked for, 100 to 60000',
  CUTROOM_PROGRESS_MS: 'progress is stored at most this often, 50 to 10000; default: 400 on SQLite, 1000 on MongoDB',
  CUTROOM_DRAIN_MS: 'how long renders may go on after SIGTERM before they are handed back, 0 to 3600000',
  CUTROOM_STALL_MS: 'a render without progress, CPU time and I/O for this long is killed, 1000 to 3600000',
  CUTROOM_NO_PROGRESS_MS: 'a render without progress for this long is killed though it is busy, 1000 to 3600000',
  CUTROOM_DEADLINE_MS: 'the longest that one attempt may take, 1000 to 86400000',
  CUTROOM_MEMORY_MB: 'the most memory that one render may use, 64 to 1048576',
  CUTROOM_URL_LIFETIME_S: 'how long the URL of a video works at least, 60 to 604800',
  CUTROOM_FFMPEG: 'the ffmpeg to run; default: from PATH',
  CUTROOM_FFPROBE: 'the ffprobe to run; default: from PATH',
} as const;

export type VariableName = keyof typeof VARIABLES;
