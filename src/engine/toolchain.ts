/** One protection around every tool. Each works alone where the others cannot. */
export interface CageLayer {
  readonly name: 'parent-death' | 'resource-limits' | 'no-network';
  readonly active: boolean;
  /** Its effect, for people. */
  readonly effect: string;
}

/** The ffmpeg that renders, and what it can do. */
export interface Toolchain {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** As ffmpeg prints it, such as `5.1.9-0+deb12u1`. */
  readonly version: string;
  /** Null for a build that is not numbered. */
  readonly majorVersion: number | null;
  /** Put before a command: the programs of the cage, which start it. */
  readonly wrapper: readonly string[];
  /** The protections that the wrapper gives, and those that this machine does not offer. */
  readonly cage: readonly CageLayer[];
  /** Codecs that this build decodes, by ffmpeg's codec names. */
  readonly decodableCodecs: ReadonlySet<string>;
  readonly decoders: ReadonlySet<string>;
  readonly encoders: ReadonlySet<string>;
  readonly filters: ReadonlySet<string>;
}

/** What of this process's environment ffmpeg gets: enough to find its libraries, drivers and devices, no secrets. */
export function toolEnv(): Record<string, string> {
  const names = [
    ...['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'TMPDIR'],
    ...['LIBVA_DRIVER_NAME', 'LIBVA_DRIVERS_PATH', 'CUDA_VISIBLE_DEVICES'],
  ];
  const known = names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]));
  return { ...Object.fromEntries(known), LC_ALL: 'C.UTF-8' };
}

/** For a tool that is asked for its version and the like. */
export const QUERY_CLOCKS = {
  stallMs: 10_000,
  quietMs: 10_000,
  noProgressMs: 30_000,
  totalMs: 30_000,
  maxRssBytes: 1024 ** 3,
};
