import { type ClipEffect, makesHoles } from '../../../composition/clip-effect.js';
import type { Matte, Placement, VisualClip } from '../../../composition/composition.js';
import type { OpenedClip } from '../assets/asset-definition.js';
import { ASSETS } from '../assets/assets.js';
import { effectFilters } from '../effects/effects.js';
import { frameVariable } from '../expression.js';
import { leavesBars } from '../framing.js';
import { constantOpacity, hasMovingOpacity, opacityChains } from '../opacity.js';
import type { ShownClip } from '../section.js';
import { comesWithAlpha, repeatFrame, type Stage } from '../stage.js';
import { maskedChains, mattedChains } from './masked.js';
import { transformOf, type Transform } from './transform.js';

/** Filters that `placedClip` uses beside those of assets, effects, masks and opacity. */
export const PLACED_FILTERS = [
  'fps',
  'hflip',
  'loop',
  'pad',
  'perspective',
  'premultiply',
  'setpts',
  'settb',
  'trim',
  'unpremultiply',
  'vflip',
];

/** A clip in a picture of its own size, with alpha, and the place of that in the frame. */
export interface PlacedClip {
  readonly chains: readonly string[];
  readonly pad: string;
  readonly transform: Transform;
}

/** Changes a clip on its way between two pads. `moving`: differently in each of its frames. */
interface Step {
  readonly moving: boolean;
  chains(from: string, to: string): string[];
}

/** A clip as it is in its box and turned, but not yet in the frame. @param name unique in the graph. */
export function placedClip(shown: ShownClip, placement: Placement, name: string, stage: Stage): PlacedClip {
  const { width, height } = placement;
  const box: Stage = { ...stage, name, canvas: { ...stage.canvas, width, height }, ground: 'transparent', exact: true };
  const opened = ASSETS[shown.clip.source].open(shown, name, box);
  const transform = transformOf(placement, shown);
  const chains = [...opened.chains];
  let pad = opened.pad;
  let moving = opened.moving;
  const go = (write: (from: string, to: string) => string[], to: string) => {
    chains.push(...write(pad, to));
    pad = to;
  };
  // A picture that never changes is made once and then repeated, as late as can be.
  const repeat = (from: string, to: string) => [
    `[${from}]${repeatFrame(stage.rate)},trim=end_frame=${shown.frames}[${to}]`,
  ];
  stepsOf(shown, placement, box, transform).forEach((step, i) => {
    if (step.moving && !moving) {
      go(repeat, `${name}r`);
      moving = true;
    }
    go((from, to) => step.chains(from, to), `${name}s${i}`);
  });
  if (!moving) go(repeat, `${name}r`);
  return { chains, pad, transform };
}

function stepsOf(shown: ShownClip, placement: Placement, box: Stage, transform: Transform): Step[] {
  const { clip, fromFrame, frames } = shown;
  const { mask, matte, flipHorizontal, flipVertical } = placement;
  const steps: Step[] = [];
  const inARow = (filters: readonly string[], moving: boolean) => {
    if (filters.length > 0) steps.push({ moving, chains: (from, to) => [`[${from}]${filters.join(',')}[${to}]`] });
  };
  inARow(effectFilters(shown, box), clip.effects.some(isMoving));
  inARow([...(flipHorizontal ? ['hflip'] : []), ...(flipVertical ? ['vflip'] : [])], false);
  const isOpaque = isOpaqueInBox(clip, box);
  if (mask) steps.push({ moving: false, chains: (from, to) => maskedChains(mask, { from, to, isOpaque }, box) });
  if (matte)
    steps.push({
      moving: true,
      chains: (from, to) => mattedChains(matte, openMatte(matte, shown, `${to}m`, box), from, to),
    });
  inARow(
    turnedFilters(transform, placement, { fromFrame, isOpaque: isOpaque && !mask && !matte }),
    transform.turned?.isConstant === false,
  );
  const { width, height } = transform;
  const picture = { ...box, canvas: { ...box.canvas, width, height } };
  const { opacity } = clip;
  inARow(constantOpacity(opacity, 'yuva444p'), false);
  if (hasMovingOpacity(opacity))
    steps.push({
      moving: true,
      chains: (from, to) => opacityChains(opacity, { from, to, fromFrame, frames }, 'yuva444p', picture),
    });
  return steps;
}

/** The video of a matte in the size of the box. */
function openMatte({ video }: Matte, shown: ShownClip, name: string, box: Stage): OpenedClip {
  const { asset, startFrame, frames } = shown.clip;
  const matte: VisualClip = {
    ...{ asset, source: 'nested', nested: video, startFrame, frames, fit: 'FILL', transition: null },
    ...{ trimStartUs: 0, speed: 1, effects: [], opacity: 1 },
  };
  return ASSETS.nested.open({ ...shown, clip: matte }, name, { ...box, name });
}

/** With colours multiplied by alpha, so that edges take nothing of the hidden colours beside them. */
function turnedFilters(
  { width, height, turned }: Transform,
  box: Pick<Placement, 'width' | 'height'>,
  { fromFrame, isOpaque }: { readonly fromFrame: number; readonly isOpaque: boolean },
): string[] {
  if (!turned) return [];
  // `perspective` counts its frames from 1.
  const corners = turned
    .corners(frameVariable('on', fromFrame - 1))
    .map(({ x, y }, i) => `x${i}='${x}':y${i}='${y}'`)
    .join(':');
  const moment = turned.isConstant ? 'init' : 'frame';
  return [
    'format=yuva444p',
    ...(isOpaque ? [] : ['premultiply=inplace=1']),
    ...(width > box.width || height > box.height
      ? [`pad=${width}:${height}:${turned.left}:${turned.top}:black@0`]
      : []),
    `perspective=${corners}:sense=source:interpolation=linear:eval=${moment}`,
    'unpremultiply=inplace=1',
  ];
}

/** Whether nothing of the box is transparent before its mask. */
function isOpaqueInBox(clip: VisualClip, stage: Stage): boolean {
  return !leavesBars(clip.fit) && !comesWithAlpha(clip, stage) && !makesHoles(clip.effects);
}

function isMoving({ kind }: ClipEffect): boolean {
  switch (kind) {
    case 'BLUR':
    case 'COLOR':
    case 'LUT':
    case 'CHROMA_KEY':
      return false;
    case 'FADE_IN':
    case 'FADE_OUT':
    case 'SLIDE_IN':
    case 'SLIDE_OUT':
    case 'ZOOM':
    case 'VIEW':
      return true;
  }
}
