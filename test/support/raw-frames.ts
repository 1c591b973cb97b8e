import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Composition } from '../../src/composition/composition.js';
import { renderArguments } from '../../src/engine/command-line.js';
import { planSection } from '../../src/engine/compositor/plan-render.js';
import { VIDEO_PAD, type GraphFile } from '../../src/engine/compositor/render-plan.js';
import { wholeOf, type Section } from '../../src/engine/compositor/section.js';
import { probeVisual } from '../../src/engine/probe/probe.js';
import { toolsIn, type RenderBench } from './render-bench.js';

const run = promisify(execFile);

/** Frames as the compositor makes them, before any encoder, in RGB. */
export interface RawFrames {
  readonly count: number;
  readonly bytes: Buffer;
  at(frame: number, x: number, y: number): readonly [number, number, number];
}

let runs = 0;

/** The frames of a section of a composition of files in the bench's folder. */
export async function rawFrames(
  bench: Pick<RenderBench, 'media' | 'toolchain'>,
  composition: Composition,
  options: { readonly section?: Section; readonly luts?: ReadonlyMap<string, GraphFile> } = {},
): Promise<RawFrames> {
  const { folder } = bench.media;
  const tools = toolsIn(bench, folder);
  const clips = composition.layers.flatMap((layer) => (layer.kind === 'clips' ? layer.clips : []));
  const files = [...new Set(clips.map(({ asset }) => asset.uri))];
  const located = await Promise.all(
    files.map(async (file) => {
      const details = await probeVisual(tools, { file, field: '' }, 5_000_000);
      return [file, { file, details }] as const;
    }),
  );
  const toRgb = 'scale=in_color_matrix=bt709:in_range=tv:out_range=pc:flags=accurate_rnd+full_chroma_int';
  const plan = planSection(composition, options.section ?? wholeOf(composition), {
    media: { visuals: new Map(located), audios: new Map(), ...(options.luts ? { luts: options.luts } : {}) },
    ways: [{ filters: [toRgb, 'format=rgb24'], to: VIDEO_PAD }],
    captions: [],
  });
  const name = `raw-${(runs += 1)}`;
  await writeFile(path.join(folder, `${name}.txt`), plan.graph);
  for (const file of plan.files) await writeFile(path.join(folder, file.name), file.content);
  const args = renderArguments({
    inputs: plan.inputs,
    graphFile: `${name}.txt`,
    targets: [{ file: name, pads: [VIDEO_PAD], options: ['-c:v', 'rawvideo', '-f', 'rawvideo'] }],
    majorVersion: bench.toolchain.majorVersion,
  }).map((argument) => (argument === 'pipe:3' ? '/dev/null' : argument === `file:${name}` ? '-' : argument));
  const { stdout: bytes } = await run(bench.toolchain.ffmpeg, args, {
    cwd: folder,
    encoding: 'buffer',
    maxBuffer: 1024 ** 3,
  });
  const { width, height } = composition;
  const size = width * height * 3;
  return {
    count: bytes.length / size,
    bytes,
    at(frame, x, y) {
      const i = frame * size + (y * width + x) * 3;
      return [bytes[i]!, bytes[i + 1]!, bytes[i + 2]!];
    },
  };
}
