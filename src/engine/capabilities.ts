import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { RenderError } from '../task/failure.js';
import type { WorkerBuild } from '../task/ports/task-store.js';
import { parseCodecs, parseNames, parseVersion } from './parse-capabilities.js';
import { OUTPUT_ENCODERS } from './outputs/profiles.js';
import { runSupervised } from './process/supervisor.js';
import { missingParts } from './required-parts.js';
import { toolEnv, type Toolchain } from './toolchain.js';

/** Where to look. A name without a slash is looked up in PATH. */
export interface ToolPaths {
  readonly ffmpeg: string;
  readonly ffprobe: string;
}

export const DEFAULT_TOOL_PATHS: ToolPaths = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' };

const QUERY_CLOCKS = {
  stallMs: 10_000,
  quietMs: 10_000,
  noProgressMs: 30_000,
  totalMs: 30_000,
  maxRssBytes: 1024 ** 3,
};
const INSTALL =
  'install ffmpeg 5.1 or newer with libx264 and libass (Debian: apt-get install ffmpeg), or set CUTROOM_FFMPEG and CUTROOM_FFPROBE';

/**
 * Finds ffmpeg and ffprobe and checks that they have every filter and encoder that the engine uses.
 * @throws RenderError FFMPEG_MISSING, whose message says what to install.
 */
export async function findToolchain(paths: ToolPaths, signal: AbortSignal): Promise<Toolchain> {
  const ffmpeg = await locate(paths.ffmpeg);
  const ffprobe = await locate(paths.ffprobe);
  if (!ffmpeg || !ffprobe) {
    const missing = [ffmpeg ? '' : paths.ffmpeg, ffprobe ? '' : paths.ffprobe]
      .filter((name) => name !== '')
      .map((name) => path.basename(name));
    throw new RenderError('FFMPEG_MISSING', `${missing.join(' and ')} not found: ${INSTALL}`);
  }
  const setpriv = await locate('setpriv');
  const wrapper = setpriv ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];
  const ask = (program: string, option: string) => query(program, option, wrapper, signal);
  const [version, filters, encoders, codecs, decoders] = await Promise.all([
    ask(ffmpeg, '-version'),
    ask(ffmpeg, '-filters'),
    ask(ffmpeg, '-encoders'),
    ask(ffmpeg, '-codecs'),
    ask(ffmpeg, '-decoders'),
    ask(ffprobe, '-version'),
  ]);
  const missing = missingParts(parseNames(filters), parseNames(encoders));
  if (missing.length > 0)
    throw new RenderError('FFMPEG_MISSING', `this ffmpeg lacks ${missing.join(', ')}: ${INSTALL}`);
  return {
    ffmpeg,
    ffprobe,
    wrapper,
    ...parseVersion(version),
    decodableCodecs: parseCodecs(codecs),
    decoders: parseNames(decoders),
  };
}

async function query(
  program: string,
  option: string,
  wrapper: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const args = ['-hide_banner', option];
  const result = await runSupervised({
    program,
    args,
    wrapper,
    env: toolEnv(),
    clocks: QUERY_CLOCKS,
    signal,
    maxStdoutBytes: 4 * 1024 * 1024,
  });
  if (result.exitCode === 0) return result.stdout.toString('utf8');
  throw new RenderError('FFMPEG_MISSING', `${path.basename(program)} does not run: ${INSTALL}`, { cause: result });
}

async function locate(name: string): Promise<string | null> {
  const folders = name.includes('/')
    ? ['']
    : (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const candidate = path.resolve(folder, name);
    const usable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return candidate;
  }
  return null;
}

/** What a worker tells others of its ffmpeg. */
export function workerBuildOf({ version, decodableCodecs }: Toolchain): WorkerBuild {
  return { version, encoders: OUTPUT_ENCODERS, decoders: [...decodableCodecs].sort() };
}
