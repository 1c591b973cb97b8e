import type { RenderSpec } from '../../../../generated/cutroom/v1/spec.js';
import { OutputSpec, Quality } from '../../../../generated/cutroom/v1/output_spec.js';
import { Clip, ColorAsset } from '../../../../generated/cutroom/v1/timeline.js';
import { canvasOf, type Frame, possibleSize } from '../canvas.js';
import { colorIn } from '../color.js';
import { openSource, type Source } from '../reader.js';
import { RefusedDocumentError } from '../refusal.js';
import type { Report } from '../report.js';
import { placeSections, type Section, type SectionLayer } from '../sections.js';
import { specOf, trackOf } from '../spec.js';
import { CLIP_LENGTH, durationOf, secondsToNs } from '../time.js';
import { conditionHolds } from './condition.js';
import { type Element, elementOf } from './element.js';
import { filledMovie } from './variables.js';
import { transitionIn } from './transition.js';

/** Notes of its author, and how the service works. */
const MEANINGLESS = ['id', 'comment', 'cache', 'client-data', 'project', 'draft'];

/** A JSON2Video movie. @throws RefusedDocumentError when it has neither scenes nor elements. */
export function convertJson2Video(document: Readonly<Record<string, unknown>>, report: Report): RenderSpec {
  const movie = openSource(filledMovie(document, report), '', report);
  movie.ignore(...MEANINGLESS);
  if (movie.objects('scenes').length + movie.objects('elements').length === 0)
    throw new RefusedDocumentError('a JSON2Video movie has a list `scenes`');
  const frame = frameOf(movie, report);
  const scenes = movie.objects('scenes').filter(conditionHolds);
  const made = scenes.map((scene) => ({ scene, section: sectionOf(scene, frame) }));
  const seen = made.filter(({ scene, section }) => {
    if (section === undefined) scene.leaveOut('has nothing to show; it is left out');
    return section !== undefined;
  });
  // The transition of a scene leads to it.
  const sections = seen.flatMap(({ section }, i): Section[] => {
    const next = seen[i + 1]?.scene;
    return section ? [{ ...section, transition: next && transitionIn(next) }] : [];
  });
  seen[0]?.scene.ignore('transition');
  const placed = placeSections(sections, 'scene', report);
  const over = elementsOf(movie, frame).map(({ element }) => trackOf([overAll(element)]));
  return specOf({ canvas: canvasOf(frame), tracks: [...placed.tracks, ...over], outputs: outputsOf(movie) }, report);
}

/** An element of the movie itself, over all scenes. */
function overAll({ clip, startNs, length }: Element): Clip {
  return Clip.fromPartial({
    ...clip,
    begin: startNs === 0n ? undefined : { $case: 'start', value: durationOf(startNs) },
    length:
      length.kind === 'WHOLE'
        ? { $case: 'toEnd', value: true }
        : length.kind === 'FIXED'
          ? { $case: 'duration', value: durationOf(length.ns) }
          : undefined,
  });
}

interface Opened {
  readonly source: Source;
  readonly element: Element;
}

/** The elements of a scene or movie, the lowest first. */
function elementsOf(container: Source, frame: Frame): Opened[] {
  const opened = container
    .objects('elements')
    .filter(conditionHolds)
    .flatMap((source): (Opened & { z: number })[] => {
      const z = source.number('z-index') ?? 0;
      const element = elementOf(source, frame);
      return element ? [{ source, element, z }] : [];
    });
  return opened.sort((a, b) => a.z - b.z);
}

function sectionOf(scene: Source, frame: Frame): Section | undefined {
  scene.ignore('id', 'comment', 'cache');
  const said = scene.number('duration') ?? -1;
  const elements = elementsOf(scene, frame);
  const background = colorIn(scene, 'background-color') ?? '#000000';
  const natural = elements.findIndex(({ element }) => element.length.kind === 'NATURAL' && element.isVisual);
  const sound = elements.findIndex(({ element }) => element.length.kind === 'NATURAL');
  const timing = said > 0 ? -1 : natural >= 0 ? natural : sound;
  if (timing >= 0 && elements.filter(({ element }) => element.length.kind === 'NATURAL').length > 1)
    scene.warn('duration', `follows from several files; here it is that of ${elements[timing]?.source.path ?? ''}`);
  const lengthNs = said > 0 ? lengthIn(said) : timing >= 0 ? undefined : lastEnd(elements);
  if (lengthNs === 0n) return undefined;
  const layers = elements.flatMap(({ source, element }): SectionLayer[] => {
    if (lengthNs !== undefined && lengthNs - element.startNs < secondsToNs(CLIP_LENGTH.min)) {
      source.leaveOut('starts after its scene has ended; it is left out');
      return [];
    }
    const isSaid = said > 0 && element.isFilling;
    return [{ clip: element.clip, startNs: element.startNs, length: isSaid ? { kind: 'WHOLE' } : element.length }];
  });
  const base = timing >= 0 ? layers.findIndex(({ clip }) => clip === elements[timing]?.element.clip) : undefined;
  const isPlain = background === '#000000' || (background.endsWith('00') && background.length === 9);
  const below: SectionLayer[] = isPlain ? [] : [{ clip: surface(background), startNs: 0n, length: { kind: 'WHOLE' } }];
  return {
    path: scene.path,
    layers: [...below, ...layers],
    lengthNs,
    timing: base === undefined ? undefined : base + below.length,
    background: '#000000',
    transition: undefined,
  };
}

function surface(color: string): Clip {
  return Clip.fromPartial({ asset: { $case: 'color', value: ColorAsset.fromPartial({ color }) } });
}

function lengthIn(seconds: number): bigint {
  return secondsToNs(Math.min(CLIP_LENGTH.max, Math.max(CLIP_LENGTH.min, seconds)));
}

/** When the last element ends that has a length of its own. */
function lastEnd(elements: readonly Opened[]): bigint {
  return elements.reduce((last: bigint, { element: { startNs, length, extraNs } }) => {
    const end = length.kind === 'FIXED' ? startNs + length.ns + extraNs : 0n;
    return end > last ? end : last;
  }, 0n);
}

const RESOLUTIONS: Readonly<Record<string, readonly [number, number]>> = {
  sd: [640, 360],
  hd: [1280, 720],
  'full-hd': [1920, 1080],
  squared: [1080, 1080],
  'instagram-story': [1080, 1920],
  'instagram-feed': [1080, 1080],
  'twitter-landscape': [1200, 676],
  'twitter-portrait': [1080, 1350],
  custom: [1920, 1080],
};

const SIDES = { min: 1, max: 16_384 };

function frameOf(movie: Source, report: Report): Frame {
  const [presetWidth, presetHeight] = movie.word('resolution', RESOLUTIONS) ?? [1920, 1080];
  const [width, height] = [movie.number('width', SIDES) ?? presetWidth, movie.number('height', SIDES) ?? presetHeight];
  return { ...possibleSize(width, height, report, 'width'), rate: movie.number('fps', { min: 1, max: 120 }) ?? 25 };
}

const QUALITIES: Readonly<Record<string, Quality>> = {
  low: Quality.QUALITY_LOW,
  medium: Quality.QUALITY_MEDIUM,
  high: Quality.QUALITY_HIGH,
  'very high': Quality.QUALITY_HIGH,
  'very-high': Quality.QUALITY_HIGH,
};

function outputsOf(movie: Source): OutputSpec[] {
  const quality = movie.word('quality', QUALITIES) ?? Quality.QUALITY_MEDIUM;
  if (quality === Quality.QUALITY_MEDIUM) return [];
  return [OutputSpec.fromPartial({ kind: { $case: 'mp4', value: {} }, quality })];
}
