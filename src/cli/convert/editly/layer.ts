import type { Clip } from '../../../../generated/cutroom/v1/timeline.js';
import type { Source } from '../reader.js';
import type { LayerLength, SectionLayer } from '../sections.js';
import { CLIP_LENGTH, least, secondsToNs, VIDEO_TIME } from '../time.js';
import { audioOf } from './audio.js';
import { imageOf, overlayOf } from './image.js';
import type { LayerContext } from './layer-context.js';
import { colorOf, gradientOf } from './surface.js';
import { newsTitleOf, slideInTextOf, subtitleOf, titleOf } from './titles.js';
import { videoOf } from './video.js';

/** A layer as layers of a section, usually one. */
export function layersOf(source: Source, context: LayerContext): SectionLayer[] {
  const type = source.text('type') ?? '';
  const clips = clipsOf(type, source, context);
  if (clips.length === 0) return [];
  const timed = timesOf(source, context);
  if (!timed) return [];
  return clips.map((clip) => ({ clip, ...timed }));
}

function clipsOf(type: string, source: Source, context: LayerContext): Clip[] {
  switch (type) {
    case 'video':
      return listed(videoOf(source, context));
    case 'audio':
      return listed(audioOf(source, context));
    case 'image':
      return listed(imageOf(source));
    case 'image-overlay':
      return listed(overlayOf(source, context.frame));
    case 'title':
      return listed(titleOf(source));
    case 'subtitle':
      return subtitleOf(source);
    case 'title-background': {
      const background = source.object('background');
      return [
        ...(background ? clipsOf(background.text('type') ?? '', background, context) : []),
        ...listed(titleOf(source)),
      ];
    }
    case 'news-title':
      return listed(newsTitleOf(source, context.frame));
    case 'slide-in-text':
      return listed(slideInTextOf(source, context.frame));
    case 'fill-color':
    case 'pause':
      return [colorOf(source)];
    case 'linear-gradient':
    case 'radial-gradient':
      return [gradientOf(source, type)];
    default:
      source.leaveOut(`a layer of the type “${type}” has no counterpart; it is left out`);
      return [];
  }
}

function listed(clip: Clip | undefined): Clip[] {
  return clip ? [clip] : [];
}

/** When a layer is shown within its clip. Undefined, with a warning, when it is not. */
function timesOf(source: Source, { clipNs }: LayerContext): Pick<SectionLayer, 'startNs' | 'length'> | undefined {
  const startNs = source.time('start', VIDEO_TIME) ?? 0n;
  const stopNs = source.time('stop', VIDEO_TIME) ?? 0n;
  const endNs = stopNs === 0n ? clipNs : clipNs === undefined ? stopNs : least(stopNs, clipNs);
  if (endNs !== undefined && endNs - startNs < secondsToNs(CLIP_LENGTH.min)) {
    source.leaveOut('stops before it starts; it is left out');
    return undefined;
  }
  if (stopNs === 0n && startNs > 0n && clipNs === undefined)
    source.warn('start', 'is in a clip whose length only its file tells: the layer ends as much later than the clip');
  const isToEnd = stopNs === 0n || (clipNs !== undefined && stopNs >= clipNs);
  const length: LayerLength =
    isToEnd || endNs === undefined ? { kind: 'WHOLE' } : { kind: 'FIXED', ns: endNs - startNs };
  return { startNs, length };
}
