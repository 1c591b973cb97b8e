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
import { halvedChains } from './halved.js';
import { maskedChains, mattedChains } from './masked.js';
import { isShifting, shiftChains } from './shift.js';
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

/** A clip as it is in its box and turned, but not yet in the frame. @param name unique in the graph. @param halved whether its colours are for two by two pixels, as the frame's. */
export function placedClip(
  shown: ShownClip,
  placement: Placement,
  { name, halved }: { readonly name: string; readonly halved: boolean },
  stage: Stage,
): PlacedClip {
  const { width, height } = placement;
  const box: Stage = { ...stage, name, canvas: { ...stage.canvas, width, height }, ground: 'transparent', exact: true };
  const opened = ASSETS[shown.clip.source].open(shown, name, box);
  const transform = transformOf(placement, shown, { halved });
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
  stepsOf(shown, placement, box, { transform, halved }).forEach((step, i) => {
    if (step.moving && !moving) {
      go(repeat, `${name}r`);
      moving = true;
    }
    go((from, to) => step.chains(from, to), `${name}s${i}`);
  });
  if (!moving) go(repeat, `${name}r`);
  return { chains, pad, transform };
}

function stepsOf(
  shown: ShownClip,
  placement: Placement,
  box: Stage,
  { transform, halved }: { readonly transform: Transform; readonly halved: boolean },
): Step[] {
  const { clip, fromFrame, frames } = shown;
  const { mask, matte, flipHorizontal, flipVertical } = placement;
  const steps: Step[] = [];
  const inARow = (filters: readonly string[], moving: boolean) => {
    if (filters.length > 0) steps.push({ moving, chains: (from, to) => [`[${from}]${filters.join(',')}[${to}]`] });
  };
  inARow([...(flipHorizontal ? ['hflip'] : []), ...(flipVertical ? ['vflip'] : [])], false);
  // A motion goes to where it says of the box, whatever is mirrored there.
  inARow(effectFilters(shown, box), clip.effects.some(isMoving));
  const comesOpaque = isOpaqueInBox(clip, box);
  if (mask)
    steps.push({ moving: false, chains: (from, to) => maskedChains(mask, { from, to, isOpaque: comesOpaque }, box) });
  if (matte)
    steps.push({
      moving: true,
      chains: (from, to) => mattedChains(matte, openMatte(matte, shown, `${to}m`, box), from, to),
    });
  const isOpaque = comesOpaque && !mask && !matte;
  const { opacity } = clip;
  const { into } = transform;
  // What goes on to `halvedChains` at once stays multiplied.
  const staysMultiplied = halved && opacity === 1;
  const multiplied = isOpaque ? [] : ['premultiply=inplace=1'];
  const straight = staysMultiplied ? [] : ['unpremultiply=inplace=1'];
  if (into.kind === 'turned') {
    const filters = turnedFilters(transform, into, placement, fromFrame);
    inARow(['format=yuva444p', ...multiplied, ...filters, ...straight], !into.isConstant);
  }
  if (into.kind === 'shifted') {
    inARow(['format=yuva444p', ...multiplied], false);
    steps.push({
      moving: isShifting(into.x, into.y),
      chains: (from, to) => shiftChains(into.x, into.y, { from, to, size: transform, fromFrame, frames }, box),
    });
    inARow(straight, false);
  }
  const { width, height } = transform;
  const picture = { ...box, canvas: { ...box.canvas, width, height } };
  inARow(constantOpacity(opacity, 'yuva444p'), false);
  if (hasMovingOpacity(opacity))
    steps.push({
      moving: true,
      chains: (from, to) => opacityChains(opacity, { from, to, fromFrame, frames }, 'yuva444p', picture),
    });
  if (!halved) return steps;
  const isMultiplied = staysMultiplied && into.kind !== 'box';
  // One that is everywhere as transparent has no hidden colours.
  if (isOpaque && into.kind === 'box') inARow(['format=yuva420p'], false);
  else steps.push({ moving: false, chains: (from, to) => halvedChains({ from, to, isMultiplied }) });
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

/** For colours that are multiplied by alpha, so that edges take nothing of the hidden colours beside them. */
function turnedFilters(
  { width, height }: Transform,
  { left, top, isConstant, corners: cornersAt }: Extract<Transform['into'], { kind: 'turned' }>,
  box: Pick<Placement, 'width' | 'height'>,
  fromFrame: number,
): string[] {
  // `perspective` counts its frames from 1.
  const corners = cornersAt(frameVariable('on', fromFrame - 1))
    .map(({ x, y }, i) => `x${i}='${x}':y${i}='${y}'`)
    .join(':');
  const moment = isConstant ? 'init' : 'frame';
  const pad = width > box.width || height > box.height ? [`pad=${width}:${height}:${left}:${top}:black@0`] : [];
  return [...pad, `perspective=${corners}:sense=source:interpolation=linear:eval=${moment}`];
}

/** Whether nothing of the box is transparent before its mask. */
function isOpaqueInBox(clip: VisualClip, stage: Stage): boolean {
  return !leavesBars(clip.fit) && !comesWithAlpha(clip, stage) && !makesHoles(clip.effects);
}

function isMoving(effect: ClipEffect): boolean {
  switch (effect.kind) {
    case 'BLUR':
      return typeof effect.sigma !== 'number';
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
