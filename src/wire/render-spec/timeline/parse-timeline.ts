import { problemsOf } from '../../../composition/timeline/check-times.js';
import { DEFAULT_LENGTH_US, timesOf } from '../../../composition/timeline/clip-times.js';
import { clipsOf, type Timeline, type Track, type TrackDuck } from '../../../composition/timeline/timeline.js';
import type {
  Duck,
  Loudness as WireLoudness,
  Timeline as WireTimeline,
  Track as WireTrack,
} from '../../../../generated/cutroom/v1/timeline.js';
import { at, parseDurationUs, parseNumber, type Place, refuse } from '../fields.js';
import { GAIN } from '../parse-audio.js';
import { type Frame, frameOf } from './frame.js';
import { createIds, type Ids } from './ids.js';
import { parseCanvas } from './parse-canvas.js';
import { parseClip } from './parse-clip.js';
import { MAX_KEYFRAMES } from './parse-keyframes.js';

export const MAX_TRACKS = 100;
/** Of all tracks together. */
export const MAX_CLIPS = 2_000;
/** Of all clips together. */
const MAX_ALL_KEYFRAMES = 20_000;
export const LOUDNESS = { integratedLufs: -14, truePeakDbtp: -1 };
export const INTEGRATED = { min: -40, max: -8, unit: 'LUFS' };
export const TRUE_PEAK = { min: -9, max: -0.5, unit: 'dBTP' };
export const DUCK = { amountDb: 12, attackUs: 50_000, releaseUs: 400_000 };
export const DUCK_AMOUNT = { min: 1, max: 40, unit: 'dB' };
export const DUCK_ATTACK = { minUs: 5_000, maxUs: 2_000_000 };
export const DUCK_RELEASE = { minUs: 10_000, maxUs: 9_000_000 };

/** Reads a timeline; where something is wrong, that is noted and a default stands in. */
export function parseTimeline(wire: WireTimeline, place: Place): Timeline {
  const canvas = parseCanvas(wire.canvas, at(place, 'canvas'));
  const frame = frameOf(canvas);
  const known = isSmallEnough(wire, place);
  const tracks = known ? parseTracks(wire.tracks, place, frame) : [];
  const duration = at(place, 'duration');
  const durationUs = wire.duration ? parseDurationUs(wire.duration, duration, frame.span) : null;
  const loudness = wire.loudness ? parseLoudness(wire.loudness, at(place, 'loudness')) : null;
  const timeline = { canvas, tracks, durationUs, loudness };
  if (!known) return timeline;
  const clips = clipsOf(timeline);
  if (!wire.duration && clips.length > 0 && clips.every(({ clip }) => clip.length.kind === 'TO_END'))
    refuse(duration, 'is required where every clip lasts to the end of the video');
  else if (!wire.duration || durationUs !== null) checkTimes(timeline, place);
  return timeline;
}

/** The counts first, for all lists: a request of the largest size has a million members. */
function isSmallEnough({ tracks }: WireTimeline, place: Place): boolean {
  const { violations } = place.findings;
  const before = violations.length;
  const here = at(place, 'tracks');
  if (tracks.length === 0) refuse(here, 'is required: at least one track');
  if (tracks.length > MAX_TRACKS) refuse(here, `must be at most ${MAX_TRACKS}, not ${tracks.length}`);
  const clips = tracks.reduce((sum, track) => sum + track.clips.length, 0);
  if (clips > MAX_CLIPS) refuse(here, `must have at most ${MAX_CLIPS} clips together, not ${clips}`);
  if (violations.length > before) return false;
  let keyframes = 0;
  tracks.forEach((track, i) => {
    track.clips.forEach((clip, k) => {
      const count = clip.keyframes.length;
      keyframes += count;
      if (count > MAX_KEYFRAMES)
        refuse(
          at(at(at(place, 'tracks', i), 'clips', k), 'keyframes'),
          `must be at most ${MAX_KEYFRAMES}, not ${count}`,
        );
    });
  });
  if (keyframes > MAX_ALL_KEYFRAMES)
    refuse(here, `must have at most ${MAX_ALL_KEYFRAMES} keyframes together, not ${keyframes}`);
  return violations.length === before;
}

function parseTracks(wire: readonly WireTrack[], place: Place, frame: Frame): Track[] {
  const fields = wire.flatMap(({ clips }, i) => clips.map((_, k) => at(at(place, 'tracks', i), 'clips', k).field));
  const clipIds = createIds(
    wire.flatMap(({ clips }) => clips.map(({ id }) => id)),
    { noun: 'clip', places: (index) => fields[index] ?? '' },
  );
  const trackIds = createIds(
    wire.map(({ id }) => id),
    { noun: 'track', places: (index) => at(place, 'tracks', index).field },
  );
  let index = 0;
  const tracks = wire.map((track, i): Track => {
    const here = at(place, 'tracks', i);
    const id = trackIds.own(track.id, here, i);
    if (track.clips.length === 0) refuse(at(here, 'clips'), 'is required: at least one clip');
    const clips = track.clips.map((clip, k) =>
      parseClip(clip, at(here, 'clips', k), {
        frame,
        ids: clipIds,
        index: index++,
        before: track.clips[k - 1],
        next: track.clips[k + 1],
      }),
    );
    return {
      id,
      gainDb: parseNumber(track.gainDb, at(here, 'gain_db'), GAIN),
      muted: track.muted,
      duck: track.duck ? parseDuck(track.duck, at(here, 'duck'), trackIds) : null,
      clips,
    };
  });
  refuseCircles(tracks, place);
  return tracks;
}

function parseDuck(wire: Duck, place: Place, ids: Ids): TrackDuck | null {
  const under = ids.find(wire.under, at(place, 'under'));
  const amountDb = parseNumber(
    wire.amountDb === 0 ? DUCK.amountDb : wire.amountDb,
    at(place, 'amount_db'),
    DUCK_AMOUNT,
  );
  const attackUs = wire.attack ? parseDurationUs(wire.attack, at(place, 'attack'), DUCK_ATTACK) : null;
  const releaseUs = wire.release ? parseDurationUs(wire.release, at(place, 'release'), DUCK_RELEASE) : null;
  if (under === null) return null;
  return { under, amountDb, attackUs: attackUs ?? DUCK.attackUs, releaseUs: releaseUs ?? DUCK.releaseUs };
}

/** Each circle is noted once, at the first of its tracks. */
function refuseCircles(tracks: readonly Track[], place: Place): void {
  const done = new Set<number>();
  tracks.forEach((_, start) => {
    const way: number[] = [];
    for (let track: number | undefined = start; track !== undefined && !done.has(track);) {
      done.add(track);
      way.push(track);
      track = tracks[track]?.duck?.under;
      if (track === undefined || !way.includes(track)) continue;
      const circle = way.slice(way.indexOf(track));
      const under = at(at(at(place, 'tracks', Math.min(...circle)), 'duck'), 'under');
      const message = circle.length === 1 ? 'must be another track' : 'makes a circle: tracks make room for each other';
      refuse(under, message);
    }
  });
}

function parseLoudness(wire: WireLoudness, place: Place): NonNullable<Timeline['loudness']> {
  const { integratedLufs, truePeakDbtp } = wire;
  return {
    integratedLufs: parseNumber(integratedLufs ?? LOUDNESS.integratedLufs, at(place, 'integrated_lufs'), INTEGRATED),
    truePeakDbtp: parseNumber(truePeakDbtp ?? LOUDNESS.truePeakDbtp, at(place, 'true_peak_dbtp'), TRUE_PEAK),
    field: place.field,
  };
}

/** Notes what is wrong with times, as far as they are known before the inputs are read. */
function checkTimes(timeline: Timeline, { findings }: Place): void {
  const clips = clipsOf(timeline);
  const times = timesOf(timeline, (i) => naturalUs(clips[i]?.clip));
  findings.violations.push(...times.circles);
  if (times.circles.length > 0) return;
  for (const { field, message } of problemsOf(timeline, times)) refuse({ field, findings }, message);
}

function naturalUs(clip: Timeline['tracks'][number]['clips'][number] | undefined): number | null {
  if (!clip) return null;
  const { content } = clip;
  const hasOwn = content.kind === 'AUDIO' || (content.kind === 'VISUAL' && content.source.kind === 'VIDEO');
  return hasOwn ? null : DEFAULT_LENGTH_US;
}
