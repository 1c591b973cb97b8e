import type { AudioClip } from '../../../composition/composition.js';
import type { InputList, PcmFile } from '../render-plan.js';
import { audioClipChains, AUDIO_CLIP_FILTERS } from './clip.js';

/** Filters that `laneChains` uses. */
export const LANE_FILTERS = ['adelay', 'apad', 'asetpts', 'concat', ...AUDIO_CLIP_FILTERS];

/** Clips of one bus of which no two sound at one time, in the order of their time; at least one. */
export interface Lane {
  readonly clips: readonly AudioClip[];
  readonly startSample: number;
  readonly endSample: number;
  readonly bus: number | undefined;
}

/**
 * Puts clips into as few lanes as sound at one time. A mix costs its number of inputs times its length: with an input for each clip the cost of a soundtrack
 * would grow with the square of its clips.
 */
export function lanesOf(clips: readonly AudioClip[]): Lane[] {
  const lanes: (Lane & { clips: AudioClip[]; endSample: number })[] = [];
  for (const clip of clips.toSorted((a, b) => a.startSample - b.startSample)) {
    const { startSample, samples, bus } = clip;
    const endSample = startSample + samples;
    const free = lanes.find((lane) => lane.bus === bus && lane.endSample <= startSample);
    if (free) {
      free.clips.push(clip);
      free.endSample = endSample;
    } else {
      lanes.push({ clips: [clip], startSample, endSample, bus });
    }
  }
  return lanes;
}

/** Where the chains of a lane end, and after how many samples of silence it begins. */
export interface LanePlace {
  readonly pad: string;
  readonly delay: number;
}

/**
 * Silence until the next clip, also where the file is shorter than the clip. Where it ends before the clip begins, nothing comes, and `apad` writes times far below zero, of
 * which the filters after it fail.
 */
function silentUntil(samples: number): string[] {
  return [`apad=whole_len=${samples}`, 'asetpts=N/SR/TB'];
}

/** The clips of a lane at their places in time, from the first of them on. */
export function laneChains(
  { clips }: Lane,
  { pad, delay }: LanePlace,
  inputs: InputList,
  pcm: (clip: AudioClip) => PcmFile,
): readonly string[] {
  const isJoined = clips.length > 1;
  const delayed = delay > 0 ? [`adelay=delays=${delay}S:all=1`] : [];
  const padOf = (index: number) => (isJoined ? `${pad}p${index}` : pad);
  const chains = clips.flatMap((clip, index) => {
    const next = clips[index + 1];
    const end = next ? silentUntil(next.startSample - clip.startSample) : isJoined ? [] : delayed;
    return audioClipChains(clip, { pad: padOf(index), end }, inputs, pcm(clip));
  });
  if (!isJoined) return chains;
  const joined = [`concat=n=${clips.length}:v=0:a=1`, 'asetpts=N/SR/TB', ...delayed].join(',');
  return [...chains, `${clips.map((_, index) => `[${padOf(index)}]`).join('')}${joined}[${pad}]`];
}
