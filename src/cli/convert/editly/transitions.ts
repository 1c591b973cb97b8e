import { FadeCurve } from '../../../../generated/cutroom/v1/timeline.js';
import type { Source } from '../reader.js';
import type { Report } from '../report.js';
import type { Section } from '../sections.js';
import { VIDEO_TIME } from '../time.js';

/** The kinds of xfade that are, or are nearly, transitions of gl-transitions. */
const KINDS: Readonly<Record<string, string>> = {
  fade: 'fade',
  fadecolor: 'fadeblack',
  fadegrayscale: 'fadegrays',
  'directional-left': 'slideleft',
  'directional-right': 'slideright',
  'directional-up': 'slideup',
  'directional-down': 'slidedown',
  directionalwipe: 'wipeleft',
  wipeLeft: 'wipeleft',
  wipeRight: 'wiperight',
  wipeUp: 'wipeup',
  wipeDown: 'wipedown',
  circle: 'circlecrop',
  circleopen: 'circleopen',
  CircleCrop: 'circlecrop',
  Radial: 'radial',
  radial: 'radial',
  angular: 'radial',
  pixelize: 'pixelize',
  randomsquares: 'dissolve',
  dissolve: 'dissolve',
  SimpleZoom: 'zoomin',
  LinearBlur: 'hblur',
  squeeze: 'squeezev',
  squareswire: 'dissolve',
  wind: 'hlslice',
  windowslice: 'hlslice',
  'Directional Easing': 'smoothleft',
  doorway: 'horzopen',
  CrossZoom: 'zoomin',
  rectangle: 'rectcrop',
  RectangleCrop: 'rectcrop',
};

const EVEN = FadeCurve.FADE_CURVE_LINEAR;

/** Curves of `acrossfade`. */
const CURVES: Readonly<Record<string, FadeCurve>> = {
  tri: EVEN,
  qsin: FadeCurve.FADE_CURVE_EQUAL_POWER,
  hsin: FadeCurve.FADE_CURVE_S_CURVE,
  exp: FadeCurve.FADE_CURVE_EXPONENTIAL,
  log: FadeCurve.FADE_CURVE_LOGARITHMIC,
};

const DEFAULT_NAME = 'random';
const DEFAULT_SECONDS = 0.5;

/** The transition at the end of a clip; undefined for a cut. @param own of the clip, @param defaults of the document; null turns them off. */
export function transitionOf(clip: Source, defaults: Source | undefined, report: Report): Section['transition'] {
  // A transition of null is none; the reader takes null as absent.
  const own = clip.value('transition');
  if (own === undefined && isNull(clip, 'transition')) return undefined;
  if (own === undefined && defaults && isNull(defaults, 'transition')) return undefined;
  const from = [clip.object('transition'), defaults?.object('transition')].filter((one) => one !== undefined);
  const places = from.length > 0 ? from : [undefined];
  const read = <T>(key: string, get: (source: Source) => T | undefined): T | undefined => {
    const found = places.find((one) => one?.has(key) === true);
    for (const other of places) if (other !== found) other?.ignore(key);
    return found && get(found);
  };
  const ns = read('duration', (one) => one.time('duration', VIDEO_TIME)) ?? BigInt(DEFAULT_SECONDS * 1e9);
  const name = read('name', (one) => one.text('name')) ?? DEFAULT_NAME;
  const fall = read('audioOutCurve', (one) => curveIn(one, 'audioOutCurve')) ?? EVEN;
  const rise = read('audioInCurve', (one) => curveIn(one, 'audioInCurve')) ?? EVEN;
  if (fall !== rise)
    report.warn(
      places[0]?.path ?? clip.path,
      'has different curves for the sounds of both clips; both have that of `audioOutCurve`',
    );
  const curve = fall === EVEN ? {} : { audioCurve: fall };
  if (ns === 0n) return undefined;
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind !== undefined) return { kind, ns, ...curve };
  const path = places.find((one) => one?.has('name') === true)?.path;
  const at = path === undefined ? (places[0]?.path ?? `${clip.path}.transition`) : `${path}.name`;
  report.warn(
    at,
    name === DEFAULT_NAME ? 'is “random”; it is a fade here' : `“${name}” has no counterpart; it is a fade here`,
  );
  return { kind: 'fade', ns, ...curve };
}

function curveIn(source: Source, key: string): FadeCurve {
  const name = source.text(key) ?? 'tri';
  const curve = Object.hasOwn(CURVES, name) ? CURVES[name] : undefined;
  if (curve === undefined) source.warn(key, `is “${name}”, which has no counterpart; it is even here`);
  return curve ?? EVEN;
}

function isNull(source: Source, key: string): boolean {
  return source.keys.includes(key) && !source.has(key);
}
