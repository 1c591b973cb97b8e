import {
  Animation,
  type Border,
  type Box,
  type ChromaKey,
  type Clip,
  type ClipTransition,
  type ColorAdjustment,
  type GradientAsset,
  GradientAsset_Kind,
  Layout,
  type Motion,
  type Shadow,
  type TextAnimation,
  type TextAsset,
  type TextBackground,
  type TextOutline,
} from '../../../../generated/cutroom/v1/timeline.js';
import { Fit } from '../../../../generated/cutroom/v1/montage.js';
import { DEFAULT_TRANSITION } from '../parse-transition-name.js';
import { printDuration } from '../../print-duration.js';
import { namedDefault } from '../fields.js';
import { FITS } from '../parse-montage.js';
import {
  ANIMATION_US,
  ANIMATIONS,
  defaultEasing,
  defaultLengthUs,
  type Direction,
  TRANSITION_US,
} from './parse-animation.js';
import type { Frame } from './frame.js';
import { DEFAULT_ANGLE, GRADIENTS } from './parse-drawn.js';
import { FADE_CURVES } from './parse-files.js';
import { ADJUSTMENT, ANCHORS, BLENDS, BORDER, CHROMA, DEFAULT_STRENGTH } from './parse-look.js';
import { SHADOW } from './parse-shadow.js';
import {
  ALIGNS,
  BACKGROUND_COLOR,
  defaultPadding,
  INTERVAL,
  OUTLINE,
  OVERFLOWS,
  PART_ENTER_US,
  PARTS,
  TEXT,
  VERTICAL_ALIGNS,
} from './parse-text.js';

type LookFields =
  | 'layout'
  | 'opacity'
  | 'border'
  | 'shadow'
  | 'blend'
  | 'chromaKey'
  | 'colorAdjustment'
  | 'motion'
  | 'enter'
  | 'exit'
  | 'transition';

/** Assets that are fitted into their box. */
const FITTED: ReadonlySet<NonNullable<Clip['asset']>['$case']> = new Set(['video', 'image', 'timeline']);

/** The look of a clip with a picture, with its defaults. */
export function fillLook(clip: Clip, span: Frame['span']): Pick<Clip, LookFields> {
  const isFitted = clip.asset !== undefined && FITTED.has(clip.asset.$case);
  return {
    layout: fillLayout(clip.layout ?? Layout.create(), isFitted),
    opacity: clip.opacity ?? 1,
    border: clip.border && fillBorder(clip.border),
    shadow: clip.shadow && fillShadow(clip.shadow),
    blend: clip.blend || namedDefault(BLENDS),
    chromaKey: clip.chromaKey && fillChromaKey(clip.chromaKey),
    colorAdjustment: clip.colorAdjustment && fillAdjustment(clip.colorAdjustment),
    motion: clip.motion && fillMotion(clip.motion),
    enter: clip.enter && fillAnimation(clip.enter, 'ENTER', defaultLengthUs(ANIMATION_US, span)),
    exit: clip.exit && fillAnimation(clip.exit, 'EXIT', defaultLengthUs(ANIMATION_US, span)),
    transition: clip.transition && fillTransition(clip.transition, span),
  };
}

function fillLayout({ box, anchor, fit, focus, crop }: Layout, isFitted: boolean): Layout {
  return {
    box: { x: box?.x ?? 0, y: box?.y ?? 0, width: box?.width ?? 100, height: box?.height ?? 100 },
    anchor: anchor || namedDefault(ANCHORS),
    fit: fit || (isFitted ? namedDefault(FITS) : Fit.FIT_FILL),
    focus: isFitted ? (focus ?? { x: 50, y: 50 }) : undefined,
    crop: crop && fillCrop(crop),
  };
}

function fillCrop({ x, y, width, height }: Box): Box {
  return { x, y, width: width ?? 100 - x, height: height ?? 100 - y };
}

function fillBorder({ width, color }: Border): Border {
  return { width: width || BORDER.width, color: color || BORDER.color };
}

function fillShadow({ x, y, blur, color }: Shadow): Shadow {
  return { x: x ?? SHADOW.x, y: y ?? SHADOW.y, blur: blur ?? SHADOW.blur, color: color || SHADOW.color };
}

function fillChromaKey(key: ChromaKey): ChromaKey {
  return { ...key, similarity: key.similarity || CHROMA.similarity, blend: key.blend ?? CHROMA.blend };
}

function fillAdjustment(wire: ColorAdjustment): ColorAdjustment {
  return {
    ...wire,
    contrast: wire.contrast ?? ADJUSTMENT.contrast,
    saturation: wire.saturation ?? ADJUSTMENT.saturation,
    gamma: wire.gamma || ADJUSTMENT.gamma,
    temperature: wire.temperature || ADJUSTMENT.temperature,
  };
}

function fillMotion({ kind, strength, focus }: Motion): Motion {
  return { kind, strength: strength || DEFAULT_STRENGTH, focus: focus ?? { x: 50, y: 50 } };
}

function fillAnimation(wire: Animation, direction: Direction, defaultUs: number): Animation {
  const kind = wire.kind || namedDefault(ANIMATIONS);
  const easing = defaultEasing(ANIMATIONS[kind as keyof typeof ANIMATIONS], direction) ?? '';
  return { kind, duration: wire.duration ?? printDuration(defaultUs), easing: wire.easing || easing };
}

function fillTransition({ kind, duration, audioCurve }: ClipTransition, span: Frame['span']): ClipTransition {
  const byDefault = printDuration(defaultLengthUs(TRANSITION_US, span));
  return {
    ...{ kind: kind || DEFAULT_TRANSITION, duration: duration ?? byDefault },
    audioCurve: audioCurve || namedDefault(FADE_CURVES),
  };
}

/** A text with its defaults. */
export function fillText(wire: TextAsset, span: Frame['span']): TextAsset {
  const fontSize = wire.fontSize || TEXT.fontSize;
  return {
    ...wire,
    fontSize,
    color: wire.color || TEXT.color,
    align: wire.align || namedDefault(ALIGNS),
    verticalAlign: wire.verticalAlign || namedDefault(VERTICAL_ALIGNS),
    lineHeight: wire.lineHeight || TEXT.lineHeight,
    outline: wire.outline && fillOutline(wire.outline),
    shadow: wire.shadow && fillShadow(wire.shadow),
    background: wire.background && fillBackground(wire.background, fontSize),
    overflow: wire.overflow || namedDefault(OVERFLOWS),
    animation: wire.animation && fillTextAnimation(wire.animation, span),
  };
}

function fillOutline({ width, color }: TextOutline): TextOutline {
  return { width: width || OUTLINE.width, color: color || OUTLINE.color };
}

function fillBackground({ color, padding, radius }: TextBackground, fontSize: number): TextBackground {
  return { color: color || BACKGROUND_COLOR, padding: padding ?? defaultPadding(fontSize), radius };
}

function fillTextAnimation({ by, enter, interval }: TextAnimation, span: Frame['span']): TextAnimation {
  return {
    by: by || namedDefault(PARTS),
    enter: fillAnimation(enter ?? Animation.create(), 'ENTER', defaultLengthUs(PART_ENTER_US, span)),
    interval: interval ?? printDuration(INTERVAL.defaultUs),
  };
}

/** A gradient with its defaults. */
export function fillGradient(wire: GradientAsset): GradientAsset {
  const kind = wire.kind || namedDefault(GRADIENTS);
  const isRadial = kind === GradientAsset_Kind.KIND_RADIAL;
  return { ...wire, kind, angle: isRadial ? undefined : (wire.angle ?? DEFAULT_ANGLE) };
}
