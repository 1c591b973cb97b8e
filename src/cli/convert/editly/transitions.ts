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
  for (const key of ['audioOutCurve', 'audioInCurve'])
    read(key, (one) => {
      if (one.text(key) !== 'tri') one.warn(key, 'has no counterpart; sounds cross-fade evenly');
      return undefined;
    });
  if (ns === 0n) return undefined;
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind !== undefined) return { kind, ns };
  const path = places.find((one) => one?.has('name') === true)?.path;
  const at = path === undefined ? (places[0]?.path ?? `${clip.path}.transition`) : `${path}.name`;
  report.warn(
    at,
    name === DEFAULT_NAME ? 'is “random”; it is a fade here' : `“${name}” has no counterpart; it is a fade here`,
  );
  return { kind: 'fade', ns };
}

function isNull(source: Source, key: string): boolean {
  return source.keys.includes(key) && !source.has(key);
}
