import type { AssetRef } from '../asset.js';
import type { Matte, NestedVideo, Placement, Transition, VisualClip, VisualSource } from '../composition.js';
import { framesOf } from '../frame-grid.js';
import type { Size } from '../output-spec.js';
import { animatedOf, extremesOf } from './curve.js';
import { effectsOf } from './clip-effects.js';
import { addNothing, type DrawingSet } from './drawing-set.js';
import {
  animationFrames,
  entering,
  figureOf,
  type Figure,
  isStanding,
  laterFigure,
  leaving,
  onPixels,
  reachOf,
  shareOf,
} from './figure.js';
import { cutIntoPieces, earlierEffect, laterMatte, piecesOf } from './pieces.js';
import type { ScheduledClip } from './schedule.js';
import { decorationsOf, type Decorations, lineOf, roundedPart } from './decorations.js';
import { textParts } from '../text-parts.js';
import {
  type Canvas,
  type ClipAnimation,
  type DrawnSource,
  type Look,
  type TimelineSource,
  transitionOf,
  type VisualContent,
} from './timeline.js';
import { wiped } from './wipes.js';

/** What one clip of a timeline puts on layers: clips that follow each other on each of them. */
export interface Strips {
  readonly shadow: readonly VisualClip[];
  /** One layer; an animated text has one for each of its parts. */
  readonly main: readonly (readonly VisualClip[])[];
  readonly border: readonly VisualClip[];
}

export interface StripContext {
  readonly canvas: Canvas;
  readonly drawings: DrawingSet;
  /** The video of a clip whose asset is a timeline; null: it is something else. */
  readonly nestedIn: (scheduled: ScheduledClip) => NestedVideo | null;
  /** Of a whole clip. */
  readonly matteOf: (scheduled: ScheduledClip) => Matte | null;
}

/** The clips that show one clip of a timeline. */
export function stripsOf(scheduled: ScheduledClip, content: VisualContent, context: StripContext): Strips {
  const { source, look } = content;
  const animation = source.kind === 'TEXT' ? source.animation : null;
  const whole = shapeOf(scheduled, content, context);
  const { drawings } = context;
  const { stands, isOpaque } = whole;
  const hides = isOpaque && look.blend === 'NORMAL' && !isTranslucent(source);
  const decorations = decorationsOf(look, whole.box, { drawings, field: scheduled.clip.field, stands, hides });
  const decorated = (drawn: Decorations['shadow']): VisualClip[] =>
    drawn === null ? [] : strip(scheduled, whole, { ...drawn, source: null }, context);
  const assets = assetsOf(source, whole.box, { ...context, field: scheduled.clip.field });
  const main = animation
    ? assets.map((asset, i) => {
        const part = partOf(scheduled, framesOf(i * animation.intervalUs, context.canvas.frameRate));
        const shape = shapeOf(scheduled, content, context, { enter: animation.enter, offset: part.offset });
        const matteOf = () => context.matteOf(scheduled);
        return strip(part.scheduled, shape, { asset, size: shape.box, source: content }, { ...context, matteOf });
      })
    : assets.map((asset) => strip(scheduled, whole, { asset, size: whole.box, source: content }, context));
  return { shadow: decorated(decorations.shadow), main, border: decorated(decorations.border) };
}

function partOf(scheduled: ScheduledClip, wanted: number): { scheduled: ScheduledClip; offset: number } {
  const offset = Math.min(wanted, scheduled.frames - 1);
  const { startFrame, frames } = scheduled;
  return { scheduled: { ...scheduled, startFrame: startFrame + offset, frames: frames - offset }, offset };
}

/** The movement of a clip, or of a part of it that begins later. */
interface Shape {
  readonly figure: Figure;
  /** Whether it stands upright on whole pixels. */
  readonly stands: boolean;
  /** Whether it ever has all of its opacity. */
  readonly isOpaque: boolean;
  /** Whole pixels; what the factors of `scaleX` and `scaleY` are of. */
  readonly box: Size;
  readonly largest: Size;
  readonly enter: ClipAnimation | null;
  readonly exit: ClipAnimation | null;
  /** Frames of the clip before it. */
  readonly offset: number;
}

function shapeOf(
  { frames }: ScheduledClip,
  { look, enter, exit }: VisualContent,
  { canvas }: StripContext,
  part: { readonly enter: ClipAnimation; readonly offset: number } | null = null,
): Shape {
  const still = figureOf(look, canvas.frameRate);
  const reach = reachOf(still, frames, aroundOf(look));
  const left = exit ? leaving(still, exit, { frames, canvas, reach }) : still;
  const from = part ? Math.min(part.offset, frames - 1) : 0;
  const cut = from === 0 ? left : laterFigure(left, from);
  const first = part ? part.enter : enter;
  const moved = first ? entering(cut, first, { frames: frames - from, canvas, reach }) : cut;
  const stands = isStanding(moved);
  const figure = stands ? onPixels(moved) : moved;
  // A zoom changes nothing of what is seen, only its size: text keeps its lines, and a box that keyframes flatten meanwhile its part of the asset.
  const sized = stands ? figure : still;
  const largest = { width: extremesOf(sized.width, frames).largest, height: extremesOf(sized.height, frames).largest };
  const isOpaque = extremesOf(figure.opacity, frames - from).largest === 1;
  return { figure, stands, isOpaque, box: wholePixels(largest), largest, enter: first, exit, offset: from };
}

/** What a strip shows: the clip itself, or something drawn around it. */
interface Shown {
  readonly asset: AssetRef;
  /** Of its box at its largest. */
  readonly size: Size;
  /** Null: something drawn, which is stretched to its box. */
  readonly source: VisualContent | null;
}

function strip(scheduled: ScheduledClip, shape: Shape, shown: Shown, context: StripContext): VisualClip[] {
  const { canvas, drawings } = context;
  const { clip, startFrame, frames } = scheduled;
  const { asset, source: content } = shown;
  const { figure, enter, exit, offset } = shape;
  const source = content?.source ?? null;
  const ofLook = content ? effectsOf(content.look, offset + frames, canvas.frameRate) : [];
  const effects = [...(content?.effects ?? []), ...ofLook].map((effect) => earlierEffect(effect, offset));
  const matte = content ? context.matteOf(scheduled) : null;
  const placement = {
    ...placementOf(scheduled, shape, shown, context),
    ...(matte ? { matte: laterMatte(matte, offset) } : {}),
  };
  const nested = source?.kind === 'TIMELINE' ? context.nestedIn(scheduled) : null;
  const { focus } = placement;
  const isOffMiddle = focus.x !== 0.5 || focus.y !== 0.5;
  // A placed clip is zoomed before it is fitted, any other after: in the middle that is the same.
  const isZoomOnly = isOffMiddle ? ofLook.length === 0 : ofLook.every(({ kind }) => kind === 'ZOOM');
  const isPlain = !nested && isWholeCanvas(placement, canvas) && isZoomOnly;
  const visual: VisualClip = {
    asset,
    source: sourceOf(source),
    startFrame,
    frames,
    fit: content && source && !isDrawn(source) ? content.look.fit : 'FILL',
    transition: joinOf(scheduled),
    trimStartUs: source?.kind === 'VIDEO' ? source.trimStartUs : 0,
    speed: source?.kind === 'VIDEO' ? source.speed : 1,
    ...(source?.kind === 'VIDEO' && source.reverse ? { backwardsFrom: scheduled.wholeFrames } : {}),
    effects,
    opacity: animatedOf(figure.opacity, frames),
    ...(isPlain ? (isOffMiddle ? { focus } : {}) : { placement }),
    ...(nested ? { nested } : {}),
  };
  const pieces = source?.kind === 'VIDEO' ? piecesOf(scheduled, source, canvas.frameRate) : null;
  const clips = pieces ? cutIntoPieces(visual, pieces) : [visual];
  const taken = (animation: ClipAnimation | null) =>
    animation && { animation, frames: animationFrames(animation, { frames, canvas, reach: { x: 0, y: 0 } }) };
  return wiped(clips, { enter: taken(enter), exit: taken(exit) }, () => addNothing(drawings, clip.field));
}

/** What is drawn is an image. */
function sourceOf(source: TimelineSource | null): VisualSource {
  if (source?.kind === 'VIDEO') return 'video';
  return source?.kind === 'TIMELINE' ? 'nested' : 'image';
}

/** The transition from the clip before. */
export function joinOf({ clip, transitionFrames: frames }: ScheduledClip): Transition | null {
  const transition = transitionOf(clip);
  return transition && frames > 0 ? { kind: transition.kind, frames } : null;
}

function placementOf(
  { clip, frames }: ScheduledClip,
  { figure, stands, isOpaque, box, largest }: Shape,
  { size, source: content }: Shown,
  { drawings }: StripContext,
): Placement {
  const look = content?.look ?? null;
  const rounded = look ? roundedPart(look, box, { stands, isOpaque }) : null;
  const mask = rounded && drawings.add(size, { kind: 'ROUNDED_MASK', box: rounded }, `${clip.field}.corner_radius`);
  return {
    ...(look?.part ? { part: look.part } : {}),
    ...size,
    x: animatedOf(figure.x, frames),
    y: animatedOf(figure.y, frames),
    scaleX: animatedOf(shareOf(figure.width, largest.width), frames),
    scaleY: animatedOf(shareOf(figure.height, largest.height), frames),
    rotation: animatedOf(figure.rotation, frames),
    flipHorizontal: look?.flipHorizontal ?? false,
    flipVertical: look?.flipVertical ?? false,
    focus: look?.focus ?? { x: 0.5, y: 0.5 },
    ...(look?.align ? { align: look.align } : {}),
    ...(mask ? { mask } : {}),
    blend: look?.blend ?? 'NORMAL',
  };
}

/** Whether a clip stands in the whole canvas as it would without a placement, but for its focus. */
function isWholeCanvas(placement: Placement, { width, height }: Canvas): boolean {
  const { part, mask, matte, align, flipHorizontal, flipVertical, blend, rotation, scaleX, scaleY } = placement;
  if (part || mask || matte || align || flipHorizontal || flipVertical || blend !== 'NORMAL') return false;
  if (placement.width !== width || placement.height !== height) return false;
  return placement.x === width / 2 && placement.y === height / 2 && scaleX === 1 && scaleY === 1 && rotation === 0;
}

function assetsOf(
  source: TimelineSource,
  box: Size,
  { drawings, field }: { readonly drawings: DrawingSet; readonly field: string },
): AssetRef[] {
  switch (source.kind) {
    case 'VIDEO':
    case 'IMAGE':
      return [source.asset];
    case 'TIMELINE':
      return [{ uri: `timeline:${source.timeline.field}`, field: source.timeline.field }];
    case 'TEXT': {
      const { text, animation } = source;
      const here = `${field}.text`;
      if (!animation) return [drawings.add(box, { kind: 'TEXT', text, part: null }, here)];
      return textParts(text.text, animation.by).map((_, index) =>
        drawings.add(box, { kind: 'TEXT', text, part: { by: animation.by, index } }, here),
      );
    }
    case 'COLOR':
      return [drawings.add(box, source, `${field}.color`)];
    case 'LINEAR_GRADIENT':
    case 'RADIAL_GRADIENT':
      return [drawings.add(box, source, `${field}.gradient`)];
  }
}

/** Whether a surface lets something through everywhere. Other pictures do so nowhere, or in places. */
function isTranslucent(source: TimelineSource): boolean {
  switch (source.kind) {
    case 'COLOR':
      return source.color.a < 255;
    case 'LINEAR_GRADIENT':
    case 'RADIAL_GRADIENT':
      return source.stops.some(({ color }) => color.a < 255);
    case 'VIDEO':
    case 'IMAGE':
    case 'TIMELINE':
    case 'TEXT':
      return false;
  }
}

function isDrawn(source: TimelineSource): source is DrawnSource {
  return source.kind !== 'VIDEO' && source.kind !== 'IMAGE' && source.kind !== 'TIMELINE';
}

/** How far a border and a shadow reach beyond the box. */
function aroundOf({ border, shadow }: Look): number {
  const cast = shadow ? 3 * shadow.blur + Math.max(Math.abs(shadow.x), Math.abs(shadow.y)) : 0;
  return Math.ceil(Math.max(lineOf(border), cast));
}

function wholePixels({ width, height }: Size): Size {
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) };
}
