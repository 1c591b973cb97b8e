import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from '../config/config.js';
import { nodeProblem } from '../config/node-version.js';
import { findToolchain } from '../engine/capabilities.js';
import { runSupervised } from '../engine/process/supervisor.js';
import { encoderNames, findHardware } from '../engine/hardware/find-hardware.js';
import type { CageLayer, Toolchain } from '../engine/toolchain.js';
import { readFontFolder } from '../engine/captions/font-folder.js';
import { prepareFonts } from '../engine/captions/fonts.js';
import { type Check, fail, messageOf, ok, warn } from './check.js';

/** The Node that runs this. */
export function checkNode(version = process.versions.node): Check {
  const problem = nodeProblem(version);
  if (problem === null) return ok('node', version);
  const [wrong = problem, remedy = ''] = problem.replace(/^Node /, '').split(': ');
  return fail('node', wrong, remedy);
}

/** ffmpeg with its filters and encoders, ffprobe, the protections around both, and the hardware that encodes. */
export async function checkFfmpeg(
  config: Pick<Config, 'ffmpeg' | 'ffprobe' | 'hardware'>,
  signal: AbortSignal,
): Promise<Check[]> {
  try {
    const toolchain = await findToolchain({ ffmpeg: config.ffmpeg, ffprobe: config.ffprobe }, signal);
    const { version, ffmpeg, cage, decodableCodecs } = toolchain;
    const found = ok('ffmpeg', `${version} at ${ffmpeg}, every filter and encoder, ${decodableCodecs.size} codecs`);
    return [found, ...cage.map(checkLayer), ...(await checkHardware(config.hardware, toolchain, signal))];
  } catch (error) {
    signal.throwIfAborted();
    // The message names the package to install after a colon.
    const [found = '', ...fix] = messageOf(error).split(': ');
    return [fail('ffmpeg', found, fix.join(': '))];
  }
}

/** The hardware encoders that the operator asks for; none: no check. */
async function checkHardware(
  settings: Config['hardware'],
  toolchain: Toolchain,
  signal: AbortSignal,
): Promise<Check[]> {
  if (settings.encoder === 'none') return [];
  const hardware = await findHardware(settings, { toolchain, supervise: runSupervised, signal });
  const { h264, hevc } = encoderNames(hardware);
  const found = `H.264 by ${h264}, HEVC by ${hevc ?? 'none'}`;
  const reasons = hardware.failed.map(({ encoder, reason }) => `${encoder}: ${reason}`);
  const text = [found, ...reasons].join('; ');
  if (hardware.standIns.size > 0) return [ok('hardware', text)];
  const fix =
    'install the driver of the device and give the service access to it (docs/operations.md), or set CUTROOM_HARDWARE_ENCODER=none';
  return [warn('hardware', text, fix)];
}

/** One protection around ffmpeg. */
function checkLayer({ name, active, effect }: CageLayer): Check {
  if (active) return ok(name, effect);
  const fix =
    'install util-linux, or allow it: in a container, namespaces need CAP_SYS_ADMIN or unprivileged user namespaces';
  return warn(name, `not possible here; without it ffmpeg runs without: ${effect}`, fix);
}

/** The packaged fonts that captions are drawn with, and the operator's. */
export async function checkFonts({ fontFolder }: Pick<Config, 'fontFolder'>): Promise<Check> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-doctor-'));
  try {
    await prepareFonts(folder);
    const { fonts, unusable } = await readFontFolder(fontFolder);
    if (unusable.length > 0)
      return warn('fonts', `not usable: ${unusable.join('; ')}`, 'take these files out of CUTROOM_FONT_FOLDER');
    return ok(
      'fonts',
      `packaged${fontFolder === null ? '' : `, and ${fonts.length} in ${fontFolder}`}; captions look the same on every machine`,
    );
  } catch (error) {
    return fail('fonts', messageOf(error), 'install the packages again, npm ci, or correct CUTROOM_FONT_FOLDER');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
