import { differenceCiede2000 } from 'culori';
import { decode } from '../fixtures/run-ffmpeg.js';
import type { Heard } from './listener.js';
import { paint } from './painter.js';
import {
  type Appearance,
  boundary,
  type PaintedClip,
  type PaintedTimeline,
  type Rgb,
  type Shade,
  type Size,
} from './shapes.js';

/** Frames in RGBA. */
export interface Pictures {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly Buffer[];
  /** Their brightness, in which every pixel has a value of its own. */
  readonly lumas: readonly Buffer[];
}

/** To the nearest value: otherwise colours come out up to three steps darker. */
const EXACT = 'flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp';

export async function readPictures(file: string, { width, height }: PaintedTimeline): Promise<Pictures> {
  const read = async (filters: string, bytes: number) => {
    const size = width * height * bytes;
    const raw = await decode(['-i', file, '-vf', filters, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-']);
    return Array.from({ length: raw.length / size }, (_, i) => raw.subarray(i * size, (i + 1) * size));
  };
  const frames = await read(`scale=in_color_matrix=bt709:in_range=tv:out_range=pc:${EXACT},format=rgba`, 4);
  return { width, height, frames, lumas: await read('extractplanes=y', 1) };
}

const difference = differenceCiede2000();
const toColor = ([r, g, b]: Rgb) => ({ mode: 'rgb' as const, r: r / 255, g: g / 255, b: b / 255 });

/** On grey, so that the colour of hardly anything hardly counts. */
function onGrey({ color: [r, g, b], alpha }: Shade): Rgb {
  const on = (value: number) => value * alpha + 128 * (1 - alpha);
  return [on(r), on(g), on(b)];
}

/** How far from a place a change of colour must be for that place to be compared: colours have half the resolution, and filters reach some pixels. */
const CLEAR = 5;
/** Of the codec that keeps alpha, which spreads a change over its block. */
const CLEAR_OF_BLOCKS = 10;

/** A video has a colour for two by two of its pixels, and a scaler looks at two of these on each side. */
const SCALER_REACH = 4;

/** How many times as large as they are in their file the pixels of a video are shown, at most. */
function largestScale({ width, height }: Size, tracks: PaintedTimeline['tracks']): number {
  const scales = tracks.flat().map(({ source, box, keys, matte, motion }) => {
    const side = (property: 'WIDTH' | 'HEIGHT', share: number) =>
      Math.max(share, ...keys.filter((key) => key.property === property).map(({ value }) => value)) / 100;
    const closer = 1 + (motion?.strength ?? 0);
    const own = {
      width: closer * width * side('WIDTH', box.width),
      height: closer * height * side('HEIGHT', box.height),
    };
    const covering = (size: Size) => Math.max(own.width / size.width, own.height / size.height);
    const nested = [source.kind === 'nested' ? source : null, matte?.picture ?? null].map((picture) =>
      picture ? covering(picture.size) * largestScale(picture.size, picture.tracks) : 0,
    );
    return Math.max(source.kind === 'video' ? covering(source.size) : 0, ...nested);
  });
  return Math.max(0, ...scales);
}

/** Places of a frame at which the painter has one colour around, spread over all of it. */
function* clearPlaces(timeline: PaintedTimeline, frame: number): Generator<{ x: number; y: number; wanted: Shade }> {
  const scalers = Math.ceil(SCALER_REACH * largestScale(timeline, timeline.tracks));
  const around = placesAround(Math.max(timeline.background ? CLEAR : CLEAR_OF_BLOCKS, scalers));
  for (let row = 0.5; row < 6; row += 1) {
    for (let column = 0.5; column < 8; column += 1) {
      const [x, y] = [Math.floor((timeline.width * column) / 8), Math.floor((timeline.height * row) / 6)];
      const at = (dx: number, dy: number) => paint(timeline, frame, x + 0.5 + dx, y + 0.5 + dy);
      const wanted = at(0, 0);
      if (around.every(([dx, dy]) => isAlike(at(dx, dy), wanted))) yield { x, y, wanted };
    }
  }
}

/** Near ones too: letters lie as far from each other as this may be. On the axes every pixel: a stripe may be as thin as one. */
function placesAround(clear: number): (readonly [dx: number, dy: number])[] {
  const beside = [...new Set([-clear, -CLEAR, 0, CLEAR, clear])];
  const onAxis = Array.from({ length: 2 * clear + 1 }, (_, i) => i - clear);
  return [
    ...beside.flatMap((dx) => beside.map((dy) => [dx, dy] as const)),
    ...onAxis.flatMap((by) => [[by, 0] as const, [0, by] as const]),
  ];
}

/** An alpha that is low hardly changes the colour on grey, and is compared by itself. */
function isAlike(one: Shade, other: Shade): boolean {
  const color = onGrey(other);
  return (
    onGrey(one).every((value, c) => Math.abs(value - color[c]!) < 8) && Math.abs(one.alpha - other.alpha) * 255 < 2
  );
}

export interface Comparison {
  readonly places: number;
  readonly wrong: readonly string[];
}

/** By CIEDE2000. */
const MOST_DIFFERENT = 2;
/** Dark colours look different by less than 8 bits can tell apart: a value of chroma is two of blue, and a mix is rounded twice. */
const ROUNDED = 4;
const ROUNDED_NESTED = 6;
/** Where timelines lie in timelines: each mixes in eight bits once more. */
const MOST_DIFFERENT_NESTED = 2.5;

/** Colours of flat places, and their alpha to 4 of 255. */
export function compareColors(timeline: PaintedTimeline, pictures: Pictures): Comparison {
  const wrong: string[] = [];
  let places = 0;
  const isNested = timeline.tracks.flat().some(({ source, matte }) => source.kind === 'nested' || matte !== null);
  const [most, rounded] = isNested ? [MOST_DIFFERENT_NESTED, ROUNDED_NESTED] : [MOST_DIFFERENT, ROUNDED];
  pictures.frames.forEach((picture, frame) => {
    for (const { x, y, wanted } of clearPlaces(timeline, frame)) {
      places += 1;
      const at = (y * pictures.width + x) * 4;
      const [r = 0, g = 0, b = 0, a = 0] = picture.subarray(at, at + 4);
      const is: Shade = { color: [r, g, b], alpha: a / 255 };
      const distance = difference(toColor(onGrey(is)), toColor(onGrey(wanted)));
      const steps = Math.max(...onGrey(is).map((value, c) => Math.abs(value - onGrey(wanted)[c]!)));
      if ((distance > most && steps > rounded) || Math.abs(a - wanted.alpha * 255) > 4)
        wrong.push(`frame ${frame} at ${x}, ${y}: ${text(is)}, not ${text(wanted)} (${distance.toFixed(1)})`);
    }
  });
  return { places, wrong };
}

function text({ color, alpha }: Shade): string {
  return [...color, ...(alpha === 1 ? [] : [alpha * 255])].map(Math.round).join(' ');
}

const luma = ([r, g, b]: Rgb) => 16 + (219 / 255) * (0.2126 * r + 0.7152 * g + 0.0722 * b);

/** Flat pixels on both sides of an edge that is measured. */
const FLAT = 7;
/** Beyond them the next edge may begin, which lies up to a pixel beside its place and may cover a part of one. */
const BESIDE_FLAT = 2;
/** How different both sides are at least. */
const STEP = 30;

/** How far an edge may lie from its place, half a pixel where it stands still, and what measuring it leaves. */
const FARTHEST = 0.6;
/** Within another timeline, whose pixels may be shown larger; and of letters. */
const FARTHEST_WITHIN = 1;
/**
 * Of a border around a clip that is turned or moves. It reaches three quarters of a pixel over the clip, whose box is drawn in whole pixels: each of its edges is up to a quarter
 * beside its place. Measuring leaves 0.1.
 */
const FARTHEST_AT_BORDER = 1.1;
/** Of a clip without a box that leaves bars: its size and its place are even, as frames have a colour for two by two pixels. */
const FARTHEST_WITH_BARS = 2;
/** In a wipe or a slide, which `xfade` moves by whole pixels: it leaves out the part of one, up to 1 more. Measured: 1.02. */
const FARTHEST_IN_STEPS = 1.75;

function farthest({ tracks }: PaintedTimeline, frame: number, rate: number): number {
  const clips = tracks.flat().filter(({ start, end }) => boundary(start, rate) <= frame && frame < boundary(end, rate));
  const hasBars = clips.some(({ source, box, fit }) => {
    const isFitted = source.kind === 'image' || source.kind === 'video' || source.kind === 'nested';
    return isFitted && box.width === 100 && box.height === 100 && fit !== 'COVER' && fit !== 'FILL';
  });
  if (hasBars) return FARTHEST_WITH_BARS;
  if (tracks.some((track) => movesInSteps(track, frame, rate))) return FARTHEST_IN_STEPS;
  if (clips.some((clip) => clip.border && isTurnedOrMoves(clip))) return FARTHEST_AT_BORDER;
  const hasEdgesWithin = clips.some(({ source, matte }) => source.kind === 'nested' || source.kind === 'text' || matte);
  return hasEdgesWithin ? FARTHEST_WITHIN : FARTHEST;
}

function isTurnedOrMoves({ rotation, keys, enter, exit, motion, transition }: PaintedClip): boolean {
  return rotation !== 0 || keys.length > 0 || [enter, exit, motion, transition].some((way) => way !== null);
}

function movesInSteps(track: readonly PaintedClip[], frame: number, rate: number): boolean {
  return track.some(({ source, start, end, transition, enter, exit }) => {
    const own = frame - boundary(start, rate);
    const left = boundary(end, rate) - frame;
    if (own < 0 || left <= 0) return false;
    const isWiping = (animation: Appearance | null, frames: number) =>
      animation !== null && animation.kind.startsWith('WIPE') && frames <= boundary(animation.seconds, rate);
    const isCrossing = transition !== null && own <= boundary(transition.seconds, rate);
    return (
      (isCrossing && /^(wipe|slide)/.test(transition.kind)) ||
      isWiping(enter, own) ||
      isWiping(exit, left) ||
      (source.kind === 'nested' && source.tracks.some((inner) => movesInSteps(inner, own + source.trimFrames, rate)))
    );
  });
}

/** Where edges lie, along some rows and columns of some frames. */
export function compareEdges(timeline: PaintedTimeline, { lumas, width, height }: Pictures): Comparison {
  const wrong: string[] = [];
  let places = 0;
  lumas.forEach((picture, frame) => {
    if (frame % 3 !== 0 || bendsEdges(timeline, frame)) return;
    const most = farthest(timeline, frame, timeline.rate);
    for (const [isRow, share] of [
      [true, 0.31],
      [true, 0.67],
      [false, 0.29],
      [false, 0.71],
    ] as const) {
      const [length, across] = isRow ? [width, Math.floor(height * share)] : [height, Math.floor(width * share)];
      const painted = (at: number, beside = 0) => {
        const [x, y] = isRow ? [at, across + 0.5 + beside] : [across + 0.5 + beside, at];
        return luma(paint(timeline, frame, x, y).color);
      };
      const seen = (at: number) => picture[isRow ? across * width + at : at * width + across]!;
      for (const edge of edgesOf(painted, length)) {
        places += 1;
        const found = placeOf(seen, edge);
        if (Math.abs(found - edge.at) > most)
          wrong.push(
            `frame ${frame}, ${isRow ? 'row' : 'column'} ${across}: an edge at ${found.toFixed(2)}, not ${edge.at.toFixed(2)}`,
          );
      }
    }
  });
  return { places, wrong };
}

/** Blends in which the mean of two colours does not give the mean of their results: an edge in them has no middle. */
const BENDING: readonly string[] = ['DIFFERENCE', 'ADD', 'DARKEN'];

function bendsEdges({ tracks, rate }: PaintedTimeline, frame: number): boolean {
  return tracks
    .flat()
    .some(
      ({ blend, start, end }) =>
        BENDING.includes(blend) && boundary(start, rate) <= frame && frame < boundary(end, rate),
    );
}

interface Edge {
  readonly at: number;
  /** The last pixel before it. */
  readonly pixel: number;
}

/** Edges between two flat parts of a line that lie square to it. */
function edgesOf(painted: (at: number, beside?: number) => number, length: number): Edge[] {
  const values = Array.from({ length }, (_, i) => painted(i + 0.5));
  const edges: Edge[] = [];
  const flat = FLAT + BESIDE_FLAT;
  for (let i = flat; i < length - flat - 1; i += 1) {
    const [before, after] = [values[i]!, values[i + 1]!];
    if (!(Math.abs(after - before) >= STEP)) continue;
    const isFlat = Array.from({ length: flat }, (_, k) => [values[i - k - 1]! - before, values[i + 1 + k]! - after])
      .flat()
      .every((change) => Math.abs(change) < 0.5);
    const isStraight = [-FLAT, FLAT].every((beside) =>
      [i + 0.5, i + 1.5].every((at, k) => Math.abs(painted(at, beside) - (k === 0 ? before : after)) < 0.5),
    );
    if (!isFlat || !isStraight) continue;
    let [low, high] = [i + 0.5, i + 1.5];
    for (let k = 0; k < 12; k += 1) {
      const middle = (low + high) / 2;
      if (Math.abs(painted(middle) - before) < Math.abs(painted(middle) - after)) low = middle;
      else high = middle;
    }
    edges.push({ at: (low + high) / 2, pixel: i });
  }
  return edges;
}

/** By how much there is of either side. */
function placeOf(seen: (at: number) => number, { pixel }: Edge): number {
  const [before, after] = [seen(pixel - FLAT + 1), seen(pixel + FLAT)];
  let place = pixel - FLAT + 1;
  for (let at = pixel - FLAT + 1; at <= pixel + FLAT; at += 1) place += (seen(at) - after) / (before - after);
  return place;
}

/** Sound in parts of 5 ms. A beep that is 0.1 ms early or late is wrong by half of its level. */
export function compareSound(
  wanted: Heard,
  is: { readonly left: Float32Array; readonly right: Float32Array },
): Comparison {
  const PART = 240;
  const wrong: string[] = [];
  let places = 0;
  for (const side of ['left', 'right'] as const) {
    for (let from = 0; from < wanted[side].length; from += PART) {
      let [error, level] = [0, 0];
      for (let i = from; i < Math.min(from + PART, wanted[side].length); i += 1) {
        error += ((is[side][i] ?? 0) - wanted[side][i]!) ** 2 / PART;
        level += wanted[side][i]! ** 2 / PART;
      }
      places += 1;
      if (Math.sqrt(error) > 0.0008 + 0.03 * Math.sqrt(level))
        wrong.push(
          `${side} at ${(from / 48_000).toFixed(3)} s: off by ${Math.sqrt(error).toFixed(4)} of ${Math.sqrt(level).toFixed(4)}`,
        );
    }
  }
  return { places, wrong };
}
