/** The ffmpeg that renders, and what it can do. */
export interface Toolchain {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** As ffmpeg prints it, such as `5.1.9-0+deb12u1`. */
  readonly version: string;
  /** Null for a build that is not numbered. */
  readonly majorVersion: number | null;
  /** Put before a command so that it dies with this process; empty where there is no setpriv. */
  readonly wrapper: readonly string[];
  /** Codecs that this build decodes, by ffmpeg's codec names. */
  readonly decodableCodecs: ReadonlySet<string>;
  readonly decoders: ReadonlySet<string>;
}

/** What of this process's environment ffmpeg gets: enough to find its libraries, no secrets. */
export function toolEnv(): Record<string, string> {
  const names = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'TMPDIR'];
  const known = names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]));
  return { ...Object.fromEntries(known), LC_ALL: 'C.UTF-8' };
}
