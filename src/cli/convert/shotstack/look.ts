import {
  type Animation,
  Animation_Kind,
  type Clip,
  ColorAdjustment,
  Motion,
  Motion_Kind,
} from '../../../../generated/cutroom/v1/timeline.js';
import type { Source } from '../reader.js';
import { durationOf, least, SECOND } from '../time.js';
import type { Timed } from './times.js';

/** How long a transition takes by its speed. */
const TRANSITION_NS = { Slow: 2n * SECOND, '': SECOND, Fast: SECOND / 2n } as const;

/** How far an effect goes by its speed. */
const STRENGTHS = { Slow: 0.08, '': 0.15, Fast: 0.3 } as const;

type Speed = keyof typeof STRENGTHS;

interface AnimationWord {
  readonly kind: Animation_Kind;
  /** Whether it only resembles the source's. */
  readonly resembles: boolean;
}

const exact = (kind: Animation_Kind): AnimationWord => ({ kind, resembles: false });
const like = (kind: Animation_Kind): AnimationWord => ({ kind, resembles: true });

const ANIMATIONS: Readonly<Record<string, AnimationWord>> = {
  fade: exact(Animation_Kind.KIND_FADE),
  reveal: exact(Animation_Kind.KIND_WIPE_RIGHT),
  wipeLeft: exact(Animation_Kind.KIND_WIPE_LEFT),
  wipeRight: exact(Animation_Kind.KIND_WIPE_RIGHT),
  wipeUp: exact(Animation_Kind.KIND_WIPE_UP),
  wipeDown: exact(Animation_Kind.KIND_WIPE_DOWN),
  slideLeft: exact(Animation_Kind.KIND_SLIDE_LEFT),
  slideRight: exact(Animation_Kind.KIND_SLIDE_RIGHT),
  slideUp: exact(Animation_Kind.KIND_SLIDE_UP),
  slideDown: exact(Animation_Kind.KIND_SLIDE_DOWN),
  carouselLeft: exact(Animation_Kind.KIND_SLIDE_LEFT),
  carouselRight: exact(Animation_Kind.KIND_SLIDE_RIGHT),
  carouselUp: exact(Animation_Kind.KIND_SLIDE_UP),
  carouselDown: exact(Animation_Kind.KIND_SLIDE_DOWN),
  zoom: exact(Animation_Kind.KIND_ZOOM),
  shuffleTopRight: like(Animation_Kind.KIND_SLIDE_DOWN),
  shuffleTopLeft: like(Animation_Kind.KIND_SLIDE_DOWN),
  shuffleRightTop: like(Animation_Kind.KIND_SLIDE_LEFT),
  shuffleRightBottom: like(Animation_Kind.KIND_SLIDE_LEFT),
  shuffleBottomRight: like(Animation_Kind.KIND_SLIDE_UP),
  shuffleBottomLeft: like(Animation_Kind.KIND_SLIDE_UP),
  shuffleLeftTop: like(Animation_Kind.KIND_SLIDE_RIGHT),
  shuffleLeftBottom: like(Animation_Kind.KIND_SLIDE_RIGHT),
};

/** What slides to the left shows what is right of it: the view moves to the right. */
const MOTIONS: Readonly<Record<string, Motion_Kind>> = {
  zoomIn: Motion_Kind.KIND_ZOOM_IN,
  zoomOut: Motion_Kind.KIND_ZOOM_OUT,
  slideLeft: Motion_Kind.KIND_PAN_RIGHT,
  slideRight: Motion_Kind.KIND_PAN_LEFT,
  slideUp: Motion_Kind.KIND_PAN_DOWN,
  slideDown: Motion_Kind.KIND_PAN_UP,
};

const FILTERS: Readonly<Record<string, Pick<Partial<Clip>, 'blur' | 'colorAdjustment'>>> = {
  none: {},
  blur: { blur: 20 },
  boost: { colorAdjustment: ColorAdjustment.fromPartial({ contrast: 1.2, saturation: 1.4 }) },
  contrast: { colorAdjustment: ColorAdjustment.fromPartial({ contrast: 1.4 }) },
  darken: { colorAdjustment: ColorAdjustment.fromPartial({ brightness: -0.2 }) },
  greyscale: { colorAdjustment: ColorAdjustment.fromPartial({ saturation: 0 }) },
  lighten: { colorAdjustment: ColorAdjustment.fromPartial({ brightness: 0.2 }) },
  muted: { colorAdjustment: ColorAdjustment.fromPartial({ contrast: 0.9, saturation: 0.6 }) },
};

/** Transitions, effect and filter of a clip. */
export function lookOf(source: Source, timed: Timed): Partial<Clip> {
  const transition = source.object('transition');
  const enter = transition && animationIn(transition, 'in');
  const exit = transition && animationIn(transition, 'out');
  const most = mostNs(timed.lengthNs, enter !== undefined && exit !== undefined);
  return {
    enter: enter && cutTo(enter, most),
    exit: exit && cutTo(exit, most),
    motion: motionIn(source),
    ...source.word('filter', FILTERS),
  };
}

interface Timeless {
  readonly kind: Animation_Kind;
  readonly ns: bigint;
}

function animationIn(transition: Source, key: string): Timeless | undefined {
  const [name, speed] = wordIn(transition, key, ANIMATIONS);
  const word = name === undefined ? undefined : ANIMATIONS[name];
  if (name === undefined || word === undefined) return undefined;
  if (word.resembles) transition.warn(key, `“${name}” has no counterpart; a slide stands for it`);
  return { kind: word.kind, ns: TRANSITION_NS[speed] };
}

function mostNs(lengthNs: bigint | undefined, both: boolean): bigint | undefined {
  return lengthNs !== undefined && both ? lengthNs / 2n : lengthNs;
}

function cutTo({ kind, ns }: Timeless, most: bigint | undefined): Animation {
  return { kind, duration: durationOf(most === undefined ? ns : least(ns, most)), easing: '' };
}

function motionIn(source: Source): Motion | undefined {
  const [name, speed] = wordIn(source, 'effect', MOTIONS);
  const kind = name === undefined ? undefined : MOTIONS[name];
  return kind === undefined ? undefined : Motion.fromPartial({ kind, strength: STRENGTHS[speed] });
}

/** A word that may end in `Slow` or `Fast`, and its speed. Another word is reported. */
function wordIn(source: Source, key: string, words: Readonly<Record<string, unknown>>): [string | undefined, Speed] {
  const given = source.value(key);
  if (given === undefined || given === 'none' || given === '') return [undefined, ''];
  const text = typeof given === 'string' ? given : '';
  const [, name = '', speed = ''] = /^(.*?)(Slow|Fast)?$/s.exec(text) ?? [];
  if (Object.hasOwn(words, name)) return [name, speed === 'Slow' || speed === 'Fast' ? speed : ''];
  source.word(key, {});
  return [undefined, ''];
}
