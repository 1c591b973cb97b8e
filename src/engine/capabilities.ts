import path from 'node:path';
import { RenderError } from '../task/failure.js';
import type { WorkerBuild } from '../task/ports/worker-store.js';
import { findCage } from './cage.js';
import { encoderNames, type Hardware } from './hardware/find-hardware.js';
import { locate } from './locate.js';
import { parseCodecs, parseNames, parseVersion } from './parse-capabilities.js';
import { OUTPUT_ENCODERS } from './outputs/profiles.js';
import { runSupervised } from './process/supervisor.js';
import { missingParts } from './required-parts.js';
import { QUERY_CLOCKS, toolEnv, type Toolchain } from './toolchain.js';

/** Where to look. A name without a slash is looked up in PATH. */
export interface ToolPaths {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** The most memory that one of them may use; default: 8 GiB. */
  readonly memoryBytes?: number;
}

export const DEFAULT_TOOL_PATHS: ToolPaths = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' };

const DEFAULT_MEMORY_BYTES = 8 * 1024 ** 3;
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
  const { wrapper, layers } = await findCage(paths.memoryBytes ?? DEFAULT_MEMORY_BYTES, signal);
  const ask = (program: string, option: string) => query(program, option, wrapper, signal);
  const [version, filters, codecs] = await Promise.all([
    ask(ffmpeg, '-version'),
    ask(ffmpeg, '-filters'),
    ask(ffmpeg, '-codecs'),
    ask(ffprobe, '-version'),
  ]);
  const { decodable, decoders, encoders } = parseCodecs(codecs);
  const filterNames = parseNames(filters);
  const missing = missingParts(filterNames, encoders);
  if (missing.length > 0)
    throw new RenderError('FFMPEG_MISSING', `this ffmpeg lacks ${missing.join(', ')}: ${INSTALL}`);
  return {
    ffmpeg,
    ffprobe,
    wrapper,
    cage: layers,
    ...parseVersion(version),
    ...{ decodableCodecs: decodable, decoders, encoders },
    filters: filterNames,
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

/** The facts about its ffmpeg that a worker publishes. */
export function workerBuildOf(hardware: Hardware): WorkerBuild {
  const { version, decodableCodecs, encoders } = hardware.toolchain;
  const offered = OUTPUT_ENCODERS.filter((name) => encoders.has(name));
  const { h264, hevc } = encoderNames(hardware);
  return {
    ...{ version, encoders: offered, decoders: [...decodableCodecs].sort() },
    ...{ h264Encoder: h264, hevcEncoder: hevc },
    ...(hardware.failed.length > 0 ? { failedEncoders: hardware.failed } : {}),
  };
}
