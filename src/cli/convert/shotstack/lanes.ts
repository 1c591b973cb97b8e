import type { Clip } from '../../../../generated/cutroom/v1/timeline.js';
import type { Source } from '../reader.js';
import { durationOf } from '../time.js';
import type { Timed } from './times.js';

/** A clip of a track of the source; without `clip` it is left out. */
export interface Entry {
  readonly source: Source;
  readonly timed: Timed;
  readonly clip: Clip | undefined;
}

/** Clips that follow each other: the first says when it starts. */
interface Chain {
  readonly clips: Clip[];
  readonly startNs: bigint | undefined;
  /** Undefined: not known, so nothing may follow on the same track. */
  endNs: bigint | undefined;
}

/** The clips of one track of the source on as few tracks as keep them apart, the lowest first: here clips of a track must not overlap. */
export function lanesOf(entries: readonly Entry[]): Clip[][] {
  const chains = chainsOf(entries).filter(({ clips }) => clips.length > 0);
  const known = chains.filter(({ startNs }) => startNs !== undefined);
  known.sort((a, b) => Number((a.startNs ?? 0n) - (b.startNs ?? 0n)));
  const lanes: { clips: Clip[]; endNs: bigint | undefined }[] = [];
  for (const { clips, startNs, endNs } of known) {
    const free = lanes.find((lane) => lane.endNs !== undefined && startNs !== undefined && lane.endNs <= startNs);
    if (free) {
      free.clips.push(...clips);
      free.endNs = endNs;
    } else lanes.push({ clips: [...clips], endNs });
  }
  const others = chains.filter(({ startNs }) => startNs === undefined).map(({ clips }) => clips);
  return [...lanes.map(({ clips }) => clips), ...others];
}

function chainsOf(entries: readonly Entry[]): Chain[] {
  const chains: Chain[] = [];
  let isBroken = true;
  for (const { source, timed, clip } of entries) {
    const { start, startNs, lengthNs, length } = timed;
    const endNs = startNs === undefined || lengthNs === undefined ? undefined : startNs + lengthNs;
    const last = chains.at(-1);
    if (start.kind === 'AFTER_PREVIOUS' && last && !isBroken && clip) {
      last.clips.push(clip);
      last.endNs = endNs;
    } else if (clip) {
      if (start.kind === 'AFTER_PREVIOUS' && startNs === undefined)
        source.warn('start', 'is “auto” after a clip that is left out or lasts to the end; it starts at 0 s here');
      const begun = start.kind === 'AFTER_PREVIOUS' ? startedAt(clip, startNs ?? 0n) : clip;
      chains.push({ clips: [begun], startNs: start.kind === 'AFTER_PREVIOUS' ? (startNs ?? 0n) : startNs, endNs });
    }
    // After a gap, or the end, the next one says when it starts.
    isBroken = !clip || length.kind === 'TO_END';
  }
  return chains;
}

function startedAt(clip: Clip, ns: bigint): Clip {
  return ns === 0n ? clip : { ...clip, begin: { $case: 'start', value: durationOf(ns) } };
}
