import { Clip, Layout, ShortSource, VideoAsset } from '../../../../generated/cutroom/v1/timeline.js';
import { percent, percentLength, rounded } from '../canvas.js';
import { within, type Source } from '../reader.js';
import { soundOf } from '../sound.js';
import { durationOf, FILE_TIME } from '../time.js';
import { resizeModeIn } from './image.js';
import type { LayerContext } from './layer-context.js';
import { pathIn } from './path.js';
import { anchorIn } from './position.js';
import { gainIn } from './volume.js';

const SPEED = { min: 0.25, max: 4 };

/** The part of a file that a layer plays. */
export interface Cut {
  readonly fromNs: bigint;
  /** Undefined: to the end of the file. */
  readonly lengthNs: bigint | undefined;
}

/** `cutFrom` and `cutTo` of a layer or track. */
export function cutIn(source: Source): Cut {
  const fromNs = source.time('cutFrom', FILE_TIME) ?? 0n;
  const toNs = source.time('cutTo', FILE_TIME) ?? 0n;
  if (toNs > 0n && toNs <= fromNs) source.warn('cutTo', 'is not after `cutFrom`; it is left out');
  return { fromNs, lengthNs: toNs > fromNs ? toNs - fromNs : undefined };
}

/** The speed at which a part of a file is as long as its clip; 0 for its own. */
export function speedOf(source: Source, { lengthNs }: Cut, clipNs: bigint | undefined): number {
  if (clipNs === undefined || clipNs === 0n) return 0;
  if (lengthNs === undefined) {
    source.warn(
      'path',
      'would be played at the speed that makes it as long as its clip; without `cutTo` it plays at its own',
    );
    return 0;
  }
  const speed = rounded(Number(lengthNs) / Number(clipNs));
  if (speed === 1) return 0;
  return within(speed, SPEED, (message) => {
    source.warn('cutTo', `makes a speed that ${message}`);
  });
}

/** A layer `video`. */
export function videoOf(source: Source, { keepSourceAudio, gainDb, clipNs }: LayerContext): Clip | undefined {
  const uri = pathIn(source);
  if (uri === undefined) return undefined;
  const cut = cutIn(source);
  // A layer for a part of its clip has no sound there.
  const isPart = (source.number('start') ?? 0) > 0 || source.has('stop');
  const gain = gainIn(source, 'mixVolume');
  const muted = !keepSourceAudio || isPart || gain === undefined;
  const video = VideoAsset.fromPartial({
    uri,
    trimStart: cut.fromNs === 0n ? undefined : durationOf(cut.fromNs),
    speed: isPart ? 0 : speedOf(source, cut, clipNs),
    shortSource: clipNs === undefined && !isPart ? ShortSource.SHORT_SOURCE_UNSPECIFIED : ShortSource.SHORT_SOURCE_HOLD,
    muted,
    sound: muted ? undefined : soundOf({ gainDb: Math.max(-60, Math.min(20, gain + gainDb)) }),
  });
  return Clip.fromPartial({ asset: { $case: 'video', value: video }, layout: layoutIn(source) });
}

function layoutIn(source: Source): Layout {
  const fit = resizeModeIn(source);
  const share = (key: string) => source.number(key);
  const [width, height, left, top] = [share('width'), share('height'), share('left'), share('top')];
  const anchor = anchorIn(source);
  if ([width, height, left, top].every((one) => one === undefined)) return Layout.fromPartial({ fit });
  const box = {
    x: percent((left ?? 0) * 100),
    y: percent((top ?? 0) * 100),
    width: percentLength((width ?? 1) * 100),
    height: percentLength((height ?? 1) * 100),
  };
  return Layout.fromPartial({ fit, box, anchor });
}
