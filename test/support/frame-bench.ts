import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  allClips,
  type Composition,
  type Layer,
  type Placement,
  type VisualClip,
} from '../../src/composition/composition.js';
import type { Drawing } from '../../src/composition/drawing.js';
import { renderArguments } from '../../src/engine/command-line.js';
import { planSection } from '../../src/engine/compositor/plan-render.js';
import { VIDEO_PAD, type LocatedVisual } from '../../src/engine/compositor/render-plan.js';
import { wholeOf, type Section } from '../../src/engine/compositor/section.js';
import type { ColorResolution } from '../../src/engine/compositor/stage.js';
import { probeVisual } from '../../src/engine/probe/probe.js';
import { createLocalToolContext } from './local-tool-context.js';
import { createMediaKit, type MediaKit } from '../fixtures/media-kit.js';

const run = promisify(execFile);

/** Frames as the compositor makes them, before any encoder: in RGB, of full colour resolution. */
export interface RawFrames {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: Buffer;
  at(frame: number, x: number, y: number): readonly [number, number, number];
}

interface FrameOptions {
  /** How colours are mixed; default: full. */
  readonly colors?: ColorResolution;
  /** Whether two by two pixels of the finished frames share a colour, as in most outputs; default: where they are mixed so. */
  readonly halved?: boolean;
}

/** The compositor on real files, by a real ffmpeg. */
export interface FrameBench {
  readonly media: MediaKit;
  /** @param section default: all. */
  frames(composition: Composition, section?: Section, options?: FrameOptions): Promise<RawFrames>;
  close(): Promise<void>;
}

export async function createFrameBench(): Promise<FrameBench> {
  const media = await createMediaKit();
  const context = await createLocalToolContext(media.folder);
  const probed = new Map<string, Promise<LocatedVisual>>();
  let runs = 0;

  function visual(uri: string): Promise<LocatedVisual> {
    const file = uri.startsWith('drawing:') ? `${uri.slice('drawing:'.length)}.png` : uri;
    const known =
      probed.get(file) ?? probeVisual(context, { file, field: '' }, 8_500_000).then((details) => ({ file, details }));
    probed.set(file, known);
    return known;
  }

  async function frames(
    composition: Composition,
    section = wholeOf(composition),
    { colors = 'full', halved = colors === 'halved' }: FrameOptions = {},
  ): Promise<RawFrames> {
    const uris = allClips(composition).flatMap(({ clip: { asset, placement, nested } }) => [
      ...(nested ? [] : [asset.uri]),
      ...(placement?.mask ? [placement.mask.uri] : []),
    ]);
    const visuals = new Map(
      await Promise.all([...new Set(uris)].map(async (uri) => [uri, await visual(uri)] as const)),
    );
    const toRgb = 'scale=in_color_matrix=bt709:in_range=tv:out_range=pc:flags=accurate_rnd+full_chroma_int';
    const plan = planSection(composition, section, {
      media: { visuals, audios: new Map() },
      ways: [{ filters: [...(halved ? ['format=yuv420p'] : []), toRgb, 'format=rgb24'], to: VIDEO_PAD }],
      colors,
      captions: [],
    });
    const graphFile = `graph-${(runs += 1)}.txt`;
    await writeFile(path.join(media.folder, graphFile), plan.graph);
    for (const file of plan.files) await writeFile(path.join(media.folder, file.name), file.content);
    const args = renderArguments({
      inputs: plan.inputs,
      graphFile,
      targets: [{ file: `raw-${runs}`, pads: [VIDEO_PAD], options: ['-c:v', 'rawvideo', '-f', 'rawvideo'] }],
      majorVersion: context.toolchain.majorVersion,
    }).map((argument) => (argument === 'pipe:3' ? '/dev/null' : argument === `file:raw-${runs}` ? '-' : argument));
    const { stdout: bytes } = await run(context.toolchain.ffmpeg, args, {
      cwd: media.folder,
      encoding: 'buffer',
      maxBuffer: 1024 ** 3,
    });
    const { width, height } = composition.crop ?? composition;
    const size = width * height * 3;
    return {
      ...{ count: bytes.length / size, width, height, bytes },
      at(frame, x, y) {
        const i = frame * size + (y * width + x) * 3;
        return [bytes[i]!, bytes[i + 1]!, bytes[i + 2]!];
      },
    };
  }

  return { media, frames, close: () => media.remove() };
}

/** `RRGGBB` as a colour. */
export function rgb(hex: string) {
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return { r, g, b, a: 255 };
}

/** A clip of a file in the bench's folder. */
export function clipOf(uri: string, startFrame: number, frames: number, changes: Partial<VisualClip> = {}): VisualClip {
  return {
    ...{ asset: { uri, field: uri }, source: uri.endsWith('.png') ? 'image' : 'video', startFrame, frames },
    ...{ fit: 'FILL', transition: null, trimStartUs: 0, speed: 1, effects: [], opacity: 1 },
    ...changes,
  };
}

/** A box of a size with its middle at a place, and nothing else. */
export function placed(width: number, height: number, changes: Partial<Placement> = {}): Placement {
  return {
    ...{ width, height, x: width / 2, y: height / 2, scaleX: 1, scaleY: 1, rotation: 0 },
    ...{ flipHorizontal: false, flipVertical: false, focus: { x: 0.5, y: 0.5 }, blend: 'NORMAL' },
    ...changes,
  };
}

/** 96 x 72 at 30 frames per second on a grey ground. */
export function compositionOf(
  layers: readonly Layer[],
  frames: number,
  changes: Partial<Composition> = {},
): Composition {
  return {
    ...{ width: 96, height: 72, frameRate: { num: 30, den: 1 }, frames, samples: frames * 1600 },
    ...{ background: rgb('808080'), layers, audio: [] },
    ...changes,
  };
}

/** A drawing that is a file of the bench: `drawing:NAME` is `NAME.png`. */
export function drawnFile(name: string, width: number, height: number): Drawing {
  return {
    uri: `drawing:${name}`,
    width,
    height,
    content: { kind: 'ROUNDED_MASK', box: { width, height, radius: 0 } },
    field: '',
  };
}

/** A layer of clips. */
export function layerOf(...clips: VisualClip[]): Layer {
  return { kind: 'clips', clips };
}
