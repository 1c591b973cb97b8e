import type { AssetRef } from '../../composition/asset.js';
import type { AudioClip, Composition } from '../../composition/composition.js';
import { groupBy } from '../../shared/group-by.js';
import { forwardKey, loopKey, pcmKey, reachSamples, samplesForward, startInForward } from '../audio/pcm-key.js';
import type { Step } from '../steps/step.js';

/** One piece of the work of preparing audio. */
export type AudioStep = Step &
  (
    | {
        /** Decodes the audio of a file as far as compositions use it. */
        readonly kind: 'prepare-audio';
        readonly asset: AssetRef;
        readonly neededSamples: number;
      }
    | {
        /** Makes PCM of another speed of prepared audio. */
        readonly kind: 'stretch-audio';
        readonly asset: AssetRef;
        readonly speed: number;
        /** Of the result. */
        readonly samples: number;
      }
    | {
        /** Makes PCM of prepared audio that can begin again at its end. */
        readonly kind: 'repeat-audio';
        readonly asset: AssetRef;
        readonly speed: number;
      }
    | {
        /** Makes PCM of a stretch of prepared audio, the last sample first. */
        readonly kind: 'reverse-audio';
        readonly asset: AssetRef;
        readonly speed: number;
        /** In the PCM of this speed. */
        readonly startSample: number;
        readonly samples: number;
        /** By which the result is known. */
        readonly key: string;
      }
  );

/** A step for each file that clips of the compositions are made of and that is not prepared yet, and for each of its speeds, for the longest of the clips. Pure. */
export function planAudio(compositions: readonly Composition[], isPrepared: (uri: string) => boolean): AudioStep[] {
  const byFile = groupBy(
    compositions.flatMap(({ audio }) => audio),
    ({ asset }) => asset.uri,
  );
  return [...byFile].flatMap(([uri, clips], i) => {
    const [first] = clips;
    if (!first) return [];
    const { asset } = first;
    const decode: AudioStep = {
      ...COMMON,
      id: `prepare-audio ${i}`,
      kind: 'prepare-audio',
      asset,
      after: [],
      neededSamples: Math.max(...clips.map(reachSamples)),
    };
    const isThere = isPrepared(uri);
    const after = isThere ? [] : [decode.id];
    const stretched = stretchSteps(clips, i, after);
    const forwards = [...after, ...stretched.map(({ id }) => id)];
    return [
      ...(isThere ? [] : [decode]),
      ...stretched,
      ...repeatSteps(clips, i, forwards),
      ...reverseSteps(clips, i, forwards),
    ];
  });
}

const COMMON = { phase: 'PROBING', frames: 0, tries: 2 } as const;

function stretchSteps(clips: readonly AudioClip[], number: number, after: readonly string[]): AudioStep[] {
  const bySpeed = groupBy(
    clips.filter(({ speed = 1 }) => speed !== 1),
    forwardKey,
  );
  return [...bySpeed.values()].flatMap((same, i): AudioStep[] => {
    const [first] = same;
    if (!first) return [];
    const samples = Math.max(...same.map((clip) => startInForward(clip) + samplesForward(clip)));
    const { asset, speed = 1 } = first;
    return [{ ...COMMON, id: `stretch-audio ${number}.${i}`, kind: 'stretch-audio', asset, after, speed, samples }];
  });
}

function repeatSteps(clips: readonly AudioClip[], number: number, after: readonly string[]): AudioStep[] {
  const looped = groupBy(
    clips.filter(({ loop }) => loop),
    loopKey,
  );
  return [...looped.values()].flatMap(([clip], i): AudioStep[] => {
    if (!clip) return [];
    const { asset, speed = 1 } = clip;
    return [{ ...COMMON, id: `repeat-audio ${number}.${i}`, kind: 'repeat-audio', asset, after, speed }];
  });
}

function reverseSteps(clips: readonly AudioClip[], number: number, after: readonly string[]): AudioStep[] {
  const stretches = groupBy(
    clips.filter(({ backwardsFrom }) => backwardsFrom !== undefined),
    pcmKey,
  );
  return [...stretches].flatMap(([key, [clip]], i): AudioStep[] => {
    if (!clip) return [];
    const { asset, speed = 1 } = clip;
    const stretch = { asset, speed, startSample: startInForward(clip), samples: samplesForward(clip), key };
    return [{ ...COMMON, id: `reverse-audio ${number}.${i}`, kind: 'reverse-audio', after, ...stretch }];
  });
}
