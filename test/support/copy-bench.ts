import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Composition, Layer, VisualClip } from '../../src/composition/composition.js';
import type { Form } from '../../src/composition/form.js';
import type { Rational } from '../../src/composition/frame-grid.js';
import { DEFAULT_OUTPUTS, type OutputSpec } from '../../src/composition/output-spec.js';

const run = promisify(execFile);

export const COPY_SIZE = { width: 192, height: 108 };
export const BT709 = [
  ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
];

/** Moving pictures, of which no two are equal. */
export function movingSource(rate: string, seconds: number, size = '192x108'): string[] {
  return ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds},noise=alls=12:allf=t`];
}

/** H.264 as cameras write it; further options win. */
export function h264(...options: string[]): string[] {
  const common = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p'];
  return [...common, '-g', '45', '-sc_threshold', '0', '-bf', '3', ...BT709, ...options];
}

export function clipOf(uri: string, startFrame: number, frames: number, changes: Partial<VisualClip> = {}): VisualClip {
  return {
    asset: { uri, field: uri },
    source: 'video',
    startFrame,
    frames,
    fit: 'COVER',
    transition: null,
    trimStartUs: 0,
    speed: 1,
    effects: [],
    opacity: 1,
    ...changes,
  };
}

/** A composition with the sound of nothing. */
export function compositionOf(
  layers: readonly Layer[],
  frames: number,
  frameRate: Rational,
  size = COPY_SIZE,
): Composition {
  return {
    ...size,
    frameRate,
    frames,
    samples: Math.round((frames * frameRate.den * 48_000) / frameRate.num),
    background: { r: 0, g: 0, b: 0, a: 255 },
    layers,
    audio: [],
  };
}

/** A form of one composition, with the sound of nothing. */
export function formOfLayers(layers: readonly Layer[], frames: number, frameRate: Rational, size = COPY_SIZE): Form {
  const composition = compositionOf(layers, frames, frameRate, size);
  const clips = layers.flatMap((layer) => (layer.kind === 'clips' ? layer.clips : []));
  return {
    inputs: clips.map(({ asset, trimStartUs, frames: length, speed }) => {
      const untilUs = trimStartUs + Math.ceil((speed * length * frameRate.den * 1e6) / frameRate.num);
      return { role: 'visual', asset, untilUs, box: size };
    }),
    compose: () => ({ compositions: [composition], warnings: [] }),
  };
}

export function copyOutput(changes: Partial<OutputSpec> = {}): OutputSpec {
  return { ...DEFAULT_OUTPUTS[0]!, isNumbered: false, streamCopy: true, ...changes };
}

/** The hash and the time, in units of the stream, of each decoded frame. @param options of the input. */
export async function decodedFrames(
  ffmpeg: string,
  file: string,
  options: readonly string[] = [],
): Promise<{ readonly hash: string; readonly pts: number }[]> {
  const args = ['-v', 'error', '-xerror', ...options, '-i', file, '-map', '0:V:0', '-fps_mode', 'passthrough'];
  const timeBase = ['-enc_time_base', '1:90000'];
  const { stdout, stderr } = await run(ffmpeg, [...args, ...timeBase, '-f', 'framemd5', '-'], {
    maxBuffer: 64 * 1024 ** 2,
  });
  if (stderr !== '') throw new Error(`ffmpeg complains of ${file}: ${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => {
      const fields = line.split(',').map((field) => field.trim());
      return { hash: fields.at(-1) ?? '', pts: Number(fields[2]) };
    });
}
