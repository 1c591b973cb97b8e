import type { AssetRef } from '../../composition/asset.js';
import type { AudioClip, Composition } from '../../composition/composition.js';
import { lanesOf, type Lane } from '../compositor/audio/lanes.js';
import type { Step } from '../steps/step.js';

/** Joins a part of a lane, and puts it into the file of the whole from `startSample` on. */
export interface LaneStep extends Step {
  readonly kind: 'join-audio';
  /** In the scratch folder; other steps write other parts of it. */
  readonly file: string;
  /** In the file. */
  readonly startSample: number;
  readonly lane: Lane;
}

/** Compositions that play the files of lanes in the place of their clips, and the steps that make the files. */
export interface PlannedLanes {
  readonly compositions: readonly Composition[];
  readonly steps: readonly LaneStep[];
  /** The files, by the URIs of the clips that stand for lanes. */
  readonly files: ReadonlyMap<string, string>;
}

/** Clips that one graph mixes. A graph costs its filters times its length, since each frame of sound looks through all of them; from here on files cost less. */
const MOST_CLIPS = 100;

/** Clips that one command joins: with fewer the starts of ffmpeg cost more, with more the length of the graph does. */
const CLIPS_AT_ONCE = 10;

/**
 * Lanes of compositions with many clips become files of their own, joined by a few clips at a time, so that the cost of a soundtrack grows with its length
 * and not with the square of its clips. Pure.
 */
export function planLanes(compositions: readonly Composition[]): PlannedLanes {
  const steps: LaneStep[] = [];
  const files = new Map<string, string>();
  // Compositions of several sizes have the same sound.
  const known = new Map<string, AudioClip>();
  const joined = (lane: Lane): readonly AudioClip[] => {
    const [first, second] = lane.clips;
    if (!first || !second) return lane.clips;
    const content = JSON.stringify(lane);
    const earlier = known.get(content);
    if (earlier) return [earlier];
    const file = `lane-${files.size}.pcm`;
    // No URI of a request has a line break.
    const asset = { uri: `\n${file}`, field: first.asset.field };
    const clip = laneClip(lane, asset);
    steps.push(...laneSteps(lane, file));
    files.set(asset.uri, file);
    known.set(content, clip);
    return [clip];
  };
  return {
    compositions: compositions.map((composition) => {
      if (composition.audio.length <= MOST_CLIPS) return composition;
      return { ...composition, audio: lanesOf(composition.audio).flatMap(joined) };
    }),
    steps,
    files,
  };
}

/** What plays a lane from its file. */
function laneClip({ startSample, endSample, bus }: Lane, asset: AssetRef): AudioClip {
  return {
    ...{ asset, startSample, samples: endSample - startSample, gainDb: 0, loop: false, fadeOutSamples: 0 },
    ...(bus === undefined ? {} : { bus }),
  };
}

function laneSteps(lane: Lane, file: string): LaneStep[] {
  return partsOf(lane).map((part, index) => ({
    ...{ id: `join-audio ${file} ${index}`, kind: 'join-audio', after: [], phase: 'PROBING', frames: 0, tries: 2 },
    ...{ file, startSample: part.startSample - lane.startSample, lane: part },
  }));
}

function partsOf({ clips, bus }: Lane): Lane[] {
  const parts: Lane[] = [];
  for (let at = 0; at < clips.length; at += CLIPS_AT_ONCE) {
    const some = clips.slice(at, at + CLIPS_AT_ONCE);
    const [first, last] = [some[0], some.at(-1)];
    if (!first || !last) continue;
    parts.push({ clips: some, startSample: first.startSample, endSample: last.startSample + last.samples, bus });
  }
  return parts;
}
