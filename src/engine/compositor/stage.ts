import { isAlways } from '../../composition/animated.js';
import { makesHoles } from '../../composition/clip-effect.js';
import type { Color } from '../../composition/color.js';
import type { Composition, VisualClip } from '../../composition/composition.js';
import type { Rational } from '../../composition/frame-grid.js';
import { leavesBars } from './framing.js';
import type { Section } from './section.js';
import type { FileList, GraphFile, InputList, LocatedVisual } from './render-plan.js';

/** The frame that clips are fitted into. Both sides are even, but on a stage that is exact. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly background: Color;
}

/** The settings shared by the clips of one layer. */
export interface Stage {
  /** Unique in the graph: pads begin with it. */
  readonly name: string;
  readonly canvas: Canvas;
  /** The ground behind and beside a clip. Only the bottom layer can have the background, which needs no alpha. */
  readonly ground: 'background' | 'transparent';
  /** Whether its clips are made with full colour resolution and alpha, in a canvas of any whole size: that of a placed clip is its box. */
  readonly exact: boolean;
  readonly rate: Rational;
  readonly inputs: InputList;
  readonly files: FileList;
  /** @throws RangeError for a URI that was not probed. */
  readonly visual: (uri: string) => LocatedVisual;
  /** The table of a LUT. @throws RangeError for a URI that was not read. */
  readonly lut: (uri: string) => GraphFile;
  /** URIs of videos whose size changes on the way. */
  readonly resized: ReadonlySet<string>;
  /** The layers of a nested composition. @param name unique in the graph. */
  readonly stack: (composition: Composition, section: Section, name: string) => Stack;
}

/** A composition's layers as one video. */
export interface Stack {
  readonly chains: readonly string[];
  /** Where it comes out, and the filters in a row that it still needs. */
  readonly pad: string;
  readonly filters: readonly string[];
}

/** Whether a clip comes with transparent parts. */
export function comesWithAlpha(
  { asset, nested }: VisualClip,
  { visual, resized }: Pick<Stage, 'visual' | 'resized'>,
): boolean {
  return nested !== undefined || resized.has(asset.uri) || visual(asset.uri).details.hasAlpha;
}

/**
 * Pixel formats of finished clips, each able to hold those before it. With alpha of their own clips need full colour resolution: at the
 * edges of 4:2:0 the hidden colour of transparent pixels would be mixed in.
 */
export const CLIP_FORMATS = ['yuv420p', 'yuva420p', 'yuva444p'] as const;

export type ClipFormat = (typeof CLIP_FORMATS)[number];

/** Whether what comes of frames has a colour for each pixel, or one for two by two: then what is placed in them need not be mixed more finely. */
export type ColorResolution = 'full' | 'halved';

/** The format in which a clip is finished. */
export function clipFormat(
  clip: VisualClip,
  { ground, exact, visual, resized }: Pick<Stage, 'ground' | 'exact' | 'visual' | 'resized'>,
): ClipFormat {
  if (exact) return 'yuva444p';
  if (ground === 'background') return 'yuv420p';
  if (clip.nested || visual(clip.asset.uri).details.hasAlpha || makesHoles(clip.effects)) return 'yuva444p';
  return leavesBars(clip.fit) || resized.has(clip.asset.uri) || !isAlways(clip.opacity, 1) ? 'yuva420p' : 'yuv420p';
}

/** The least of the formats that holds all clips. */
export function commonFormat(formats: readonly ClipFormat[]): ClipFormat {
  return CLIP_FORMATS[Math.max(0, ...formats.map((format) => CLIP_FORMATS.indexOf(format)))] ?? 'yuva444p';
}

/** As ffmpeg writes fractions. */
export function ratio(rate: Rational): string {
  return rate.den === 1 ? String(rate.num) : `${rate.num}/${rate.den}`;
}

/** One frame for ever, one for each of the output's. */
export function repeatFrame(rate: Rational): string {
  return `loop=loop=-1:size=1:start=0,settb=${rate.den}/${rate.num},setpts=N,fps=${ratio(rate)}`;
}

/** Filters that `firstFrames` uses. */
export const FIRST_FRAMES_FILTERS = ['select'];

/**
 * The first frames of a video that ends soon after them. `trim` would close its input at once, and ffmpeg from 7 on (9.0.2 is the last tried) then waits for ever in one of some hundred
 * commands of several inputs: it goes on asking for the closed one, and keeps all others from being read.
 */
export function firstFrames(count: number): string {
  return `select='lt(n,${count})'`;
}
