import { TRANSPARENT } from '../../../composition/color.js';
import { problemsOf, seconds } from '../../../composition/timeline/check-times.js';
import { DEFAULT_LENGTH_US, timesOf, type TimelineTimes } from '../../../composition/timeline/clip-times.js';
import {
  type Canvas,
  clipsOf,
  type NestedSource,
  type Timeline,
  type TimelineClip,
  type Track,
  type TrackDuck,
} from '../../../composition/timeline/timeline.js';
import type {
  Duck,
  Loudness as WireLoudness,
  NestedTimeline,
  Timeline as WireTimeline,
  Track as WireTrack,
} from '../../../../generated/cutroom/v1/timeline.js';
import { at, parseDurationUs, parseNumber, type Place, refuse } from '../fields.js';
import { GAIN } from '../parse-audio.js';
import { type Frame, frameOf } from './frame.js';
import { createIds, type Ids } from './ids.js';
import { parseCanvas, parseCanvasSize } from './parse-canvas.js';
import { parseClip } from './parse-clip.js';
import { TRIM } from './parse-files.js';
import { MAX_KEYFRAMES, parseKeyframes } from './parse-keyframes.js';

export const MAX_TRACKS = 100;
/** Of all tracks together. */
export const MAX_CLIPS = 2_000;
/** Of timelines in clips. */
const MAX_DEPTH = 3;
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
  const known = isSmallEnough(wire, place);
  const loudness = wire.loudness ? parseLoudness(wire.loudness, at(place, 'loudness')) : null;
  return { ...parseContent({ ...wire, tracks: known ? wire.tracks : [] }, canvas, place), loudness };
}

/** Reads the timeline of a clip. @param around the canvas that the clip lies on. */
function parseNested(wire: NestedTimeline, place: Place, around: Canvas): NestedSource {
  const size = parseCanvasSize({ width: wire.width || around.width, height: wire.height || around.height }, place);
  const timeline = parseContent(wire, { ...around, ...size, background: TRANSPARENT }, place);
  const trimStart = at(place, 'trim_start');
  const trimStartUs = wire.trimStart ? parseDurationUs(wire.trimStart, trimStart, TRIM) : 0;
  const totalUs = knownLengthUs(timeline);
  if (trimStartUs !== null && totalUs !== null && totalUs > 0 && trimStartUs >= totalUs)
    refuse(trimStart, `is ${seconds(trimStartUs)}, but the timeline lasts ${seconds(totalUs)}`);
  const gain = at(place, 'gain_db');
  if (wire.muted && wire.gainDb !== 0) refuse(gain, 'must not be set for a timeline that is muted');
  const gainDb = parseNumber(wire.gainDb, gain, GAIN);
  return { kind: 'TIMELINE', timeline, trimStartUs: trimStartUs ?? 0, gainDb: wire.muted ? null : gainDb };
}

function parseContent(wire: Pick<WireTimeline, 'tracks' | 'duration'>, canvas: Canvas, place: Place): Timeline {
  const frame = frameOf(canvas);
  const known = wire.tracks.length > 0;
  const tracks = parseTracks(wire.tracks, place, frame);
  const duration = at(place, 'duration');
  const durationUs = wire.duration ? parseDurationUs(wire.duration, duration, frame.span) : null;
  const timeline = { field: place.field, canvas, tracks, durationUs, loudness: null };
  if (!known) return timeline;
  const clips = clipsOf(timeline);
  if (!wire.duration && clips.length > 0 && clips.every(({ clip }) => clip.length.kind === 'TO_END'))
    refuse(duration, 'is required where every clip lasts to the end of the video');
  else if (!wire.duration || durationUs !== null) checkTimes(timeline, place);
  return timeline;
}

/** The counts first, for all lists and of all nested timelines: a request of the largest size has a million members. */
function isSmallEnough(wire: WireTimeline, place: Place): boolean {
  const { violations } = place.findings;
  const before = violations.length;
  const here = at(place, 'tracks');
  const all = timelinesIn(wire, place, 0);
  for (const { tracks, place: of } of all)
    if (tracks.length === 0) refuse(at(of, 'tracks'), 'is required: at least one track');
  const tracks = all.flatMap((timeline) => timeline.tracks);
  const clips = tracks.reduce((sum, track) => sum + track.clips.length, 0);
  const inAll = all.length > 1 ? ' in all nested timelines together' : '';
  if (tracks.length > MAX_TRACKS) refuse(here, `must be at most ${MAX_TRACKS}${inAll}, not ${tracks.length}`);
  if (clips > MAX_CLIPS) refuse(here, `must have at most ${MAX_CLIPS} clips together, not ${clips}`);
  if (violations.length > before) return false;
  let keyframes = 0;
  const count = ({ length }: WireTrack['keyframes'], owner: Place) => {
    keyframes += length;
    if (length > MAX_KEYFRAMES) refuse(at(owner, 'keyframes'), `must be at most ${MAX_KEYFRAMES}, not ${length}`);
  };
  for (const { tracks: own, place: of } of all)
    own.forEach((track, i) => {
      const owner = at(of, 'tracks', i);
      count(track.keyframes, owner);
      track.clips.forEach((clip, k) => {
        count(clip.keyframes, at(owner, 'clips', k));
      });
    });
  if (keyframes > MAX_ALL_KEYFRAMES)
    refuse(here, `must have at most ${MAX_ALL_KEYFRAMES} keyframes together, not ${keyframes}`);
  return violations.length === before;
}

interface FoundTimeline {
  readonly tracks: readonly WireTrack[];
  readonly place: Place;
}

/** A timeline and those in its clips and mattes, as deep as they may lie; deeper ones are noted. */
function timelinesIn({ tracks }: Pick<WireTimeline, 'tracks'>, place: Place, depth: number): FoundTimeline[] {
  const nested = tracks.flatMap(({ clips }, i) =>
    clips.flatMap(({ asset, matte }, k) => {
      const clip = at(at(place, 'tracks', i), 'clips', k);
      const own = asset?.$case === 'timeline' ? [{ wire: asset.value, here: at(clip, 'timeline') }] : [];
      const ofMatte = matte?.timeline ? [{ wire: matte.timeline, here: at(at(clip, 'matte'), 'timeline') }] : [];
      return [...own, ...ofMatte].flatMap(({ wire, here }) => {
        if (depth < MAX_DEPTH) return timelinesIn(wire, here, depth + 1);
        refuse(here, `must not be set: timelines lie at most ${MAX_DEPTH} deep in each other`);
        return [];
      });
    }),
  );
  return [{ tracks, place }, ...nested];
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
        parseNested: (nested, there) => parseNested(nested, there, frame.canvas),
      }),
    );
    const gainDb = parseNumber(track.gainDb, at(here, 'gain_db'), GAIN);
    const senses = { noun: 'track', seen: false, heard: true } as const;
    return {
      id,
      gainDb: parseKeyframes(track.keyframes, here, frame, senses).get('GAIN_DB') ?? gainDb,
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
  const times = knownTimes(timeline);
  findings.violations.push(...times.circles);
  if (times.circles.length > 0) return;
  for (const { field, message } of problemsOf(timeline, times)) refuse({ field, findings }, message);
}

function knownTimes(timeline: Timeline): TimelineTimes {
  const clips = clipsOf(timeline);
  return timesOf(timeline, (i) => naturalUs(clips[i]?.clip));
}

/** Null: not known without the inputs. */
function knownLengthUs(timeline: Timeline): number | null {
  const { totalUs, circles } = knownTimes(timeline);
  return circles.length > 0 ? null : totalUs;
}

function naturalUs(clip: TimelineClip | undefined): number | null {
  if (!clip) return null;
  const { content } = clip;
  if (content.kind === 'AUDIO') return null;
  if (content.kind === 'SUBTITLES') return DEFAULT_LENGTH_US;
  const { source } = content;
  if (source.kind === 'VIDEO') return null;
  if (source.kind !== 'TIMELINE') return DEFAULT_LENGTH_US;
  const lengthUs = knownLengthUs(source.timeline);
  // Where nothing is left, that is noted.
  return lengthUs === null || lengthUs <= source.trimStartUs ? null : lengthUs - source.trimStartUs;
}
