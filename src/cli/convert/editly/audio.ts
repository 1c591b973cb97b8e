import { AudioAsset, Clip } from '../../../../generated/cutroom/v1/timeline.js';
import type { Source } from '../reader.js';
import { soundOf } from '../sound.js';
import { durationOf } from '../time.js';
import type { LayerContext } from './layer-context.js';
import { pathIn } from './path.js';
import { cutIn, speedOf } from './video.js';
import { gainIn } from './volume.js';

/** A layer `audio`, which is heard with its clip. */
export function audioOf(source: Source, { keepSourceAudio, gainDb, clipNs }: LayerContext): Clip | undefined {
  const uri = pathIn(source);
  if (uri === undefined) return undefined;
  const cut = cutIn(source);
  const gain = gainIn(source, 'mixVolume');
  if (!keepSourceAudio || gain === undefined) {
    source.leaveOut(`is silent ${keepSourceAudio ? 'by its volume' : 'without `keepSourceAudio`'}; it is left out`);
    return undefined;
  }
  if ((source.number('start') ?? 0) > 0 || source.has('stop')) {
    source.leaveOut('is silent for a part of a clip; it is left out');
    return undefined;
  }
  const audio = AudioAsset.fromPartial({
    uri,
    trimStart: cut.fromNs === 0n ? undefined : durationOf(cut.fromNs),
    // Without an end it is cut where its clip ends.
    speed: cut.lengthNs === undefined ? 0 : speedOf(source, cut, clipNs),
    sound: soundOf({ gainDb: Math.max(-60, Math.min(20, gain + gainDb)) }),
  });
  return Clip.fromPartial({ asset: { $case: 'audio', value: audio } });
}
