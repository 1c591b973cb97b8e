import type { Animated } from '../animated.js';
import { type AudioBus, type AudioClip, SAMPLE_RATE } from '../composition.js';
import type { KnownFacts } from '../form.js';
import { type Rational, sampleOf } from '../frame-grid.js';
import { animatedOf, curveOf } from './curve.js';
import { earlier, piecesOf } from './pieces.js';
import type { ScheduledClip } from './schedule.js';
import type { AudioContent, Keyed, Sound, Track, VideoSource } from './timeline.js';

export interface Soundtrack {
  readonly audio: readonly AudioClip[];
  readonly buses: readonly AudioBus[];
}

/** All that sounds. @param byTrack the clips of each track, in order. */
export function soundtrackOf(
  tracks: readonly Track[],
  byTrack: readonly (readonly ScheduledClip[])[],
  { facts, rate }: { readonly facts: KnownFacts; readonly rate: Rational },
): Soundtrack {
  const audible = tracks.map(({ muted }, i) => (muted ? [] : trackSound(byTrack[i] ?? [], facts, rate)));
  const buses = busesOf(tracks, (track) => (audible[track] ?? []).length > 0);
  const audio = audible.flatMap((clips, track) => {
    const bus = buses.places.get(track);
    return bus === undefined ? clips : clips.map((clip) => ({ ...clip, bus }));
  });
  return { audio, buses: buses.all };
}

/** A bus for each track that is changed as a whole, or that another makes room for. */
function busesOf(
  tracks: readonly Track[],
  sounds: (track: number) => boolean,
): { readonly all: readonly AudioBus[]; readonly places: ReadonlyMap<number, number> } {
  const duckOf = (track: number) => {
    const duck = tracks[track]?.duck ?? null;
    return duck && sounds(track) && sounds(duck.under) ? duck : null;
  };
  const ducked = new Set(tracks.flatMap((_, track) => duckOf(track)?.under ?? []));
  const needing = tracks.flatMap(({ gainDb }, track) =>
    sounds(track) && (gainDb !== 0 || duckOf(track) || ducked.has(track)) ? [track] : [],
  );
  const places = new Map(needing.map((track, place) => [track, place]));
  const all = needing.map((track): AudioBus => {
    const duck = duckOf(track);
    const gainDb = tracks[track]?.gainDb ?? 0;
    if (!duck) return { gainDb, duck: null };
    return { gainDb, duck: { ...duck, under: places.get(duck.under) ?? 0 } };
  });
  return { all, places };
}

function trackSound(clips: readonly ScheduledClip[], facts: KnownFacts, rate: Rational): AudioClip[] {
  return clips.flatMap((scheduled, i) => {
    const { content } = scheduled.clip;
    const crossFades = { before: scheduled.transitionFrames, after: clips[i + 1]?.transitionFrames ?? 0 };
    if (content.kind === 'AUDIO') return [audioAsset(scheduled, content, rate)];
    if (content.kind !== 'VISUAL' || content.source.kind !== 'VIDEO') return [];
    const { source } = content;
    if (!source.sound || facts.audioIfAny(source.asset.uri) === null) return [];
    return videoSound(scheduled, source, source.sound, { rate, ...crossFades });
  });
}

function audioAsset(scheduled: ScheduledClip, content: AudioContent, rate: Rational): AudioClip {
  const { asset, trimStartUs, speed, loop, sound } = content;
  const { startSample, samples } = samplesOf(scheduled, rate);
  return {
    asset,
    startSample,
    samples,
    ...trimAndSpeed(trimStartUs, speed),
    ...channelsOf(sound),
    ...backwards(content, scheduled, rate),
    gainDb: gainOf(sound.gainDb, scheduled.frames, rate),
    loop,
    ...fades(sound, samples, { before: 0, after: 0 }),
  };
}

interface Around {
  readonly rate: Rational;
  /** Frames of the transitions on both sides, over which it cross-fades. */
  readonly before: number;
  readonly after: number;
}

function videoSound(scheduled: ScheduledClip, source: VideoSource, sound: Sound, around: Around): AudioClip[] {
  const { rate } = around;
  const { asset, speed } = source;
  const gainDb = gainOf(sound.gainDb, scheduled.frames, rate);
  // A frame that stands is silent.
  const playing = piecesOf(scheduled, source, rate).filter(({ frozen }) => !frozen);
  const start = sampleOf(scheduled.startFrame, rate, SAMPLE_RATE);
  const playedFrames = playing.reduce((sum, { frames }) => sum + frames, 0);
  const played = samplesOf({ startFrame: scheduled.startFrame, frames: playedFrames }, rate);
  const end = played.startSample + played.samples;
  const all = fades(sound, played.samples, {
    before: sampleOf(around.before, rate, SAMPLE_RATE),
    after: sampleOf(around.after, rate, SAMPLE_RATE),
  });
  return playing.map(({ offset, frames, trimStartUs }) => {
    const place = { startFrame: scheduled.startFrame + offset, frames };
    const { startSample, samples } = samplesOf(place, rate);
    return {
      asset,
      startSample,
      samples,
      ...trimAndSpeed(trimStartUs, speed),
      ...channelsOf(sound),
      ...backwards(source, scheduled, rate),
      gainDb: earlier(gainDb, startSample - start),
      loop: false,
      ...partOfFades(all, { before: startSample - start, after: end - startSample - samples }),
    };
  });
}

function samplesOf({ startFrame, frames }: Pick<ScheduledClip, 'startFrame' | 'frames'>, rate: Rational) {
  const startSample = sampleOf(startFrame, rate, SAMPLE_RATE);
  return { startSample, samples: sampleOf(startFrame + frames, rate, SAMPLE_RATE) - startSample };
}

function trimAndSpeed(trimStartUs: number, speed: number): Pick<AudioClip, 'trimStartSamples' | 'speed'> {
  return {
    ...(trimStartUs > 0 ? { trimStartSamples: samplesIn(trimStartUs) } : {}),
    ...(speed === 1 ? {} : { speed }),
  };
}

/** Backwards from where it would end if nothing of it were cut. */
function backwards(
  { reverse }: Pick<AudioContent, 'reverse'>,
  { startFrame, wholeFrames }: ScheduledClip,
  rate: Rational,
): Pick<AudioClip, 'backwardsFrom'> {
  return reverse ? { backwardsFrom: samplesOf({ startFrame, frames: wholeFrames }, rate).samples } : {};
}

function channelsOf({ channels }: Sound): Pick<AudioClip, 'channels'> {
  return channels === 'STEREO' ? {} : { channels };
}

/** @param crossFades samples on both sides. */
function fades(
  { fadeInUs, fadeOutUs }: Sound,
  samples: number,
  crossFades: { readonly before: number; readonly after: number },
): Pick<AudioClip, 'fadeInSamples' | 'fadeOutSamples'> {
  const fadeInSamples = Math.min(samples, Math.max(samplesIn(fadeInUs), crossFades.before));
  const fadeOutSamples = Math.min(samples, Math.max(samplesIn(fadeOutUs), crossFades.after));
  return { ...(fadeInSamples > 0 ? { fadeInSamples } : {}), fadeOutSamples };
}

/** What a piece of a sound has of its fades. @param around samples of the sound before and after the piece. */
function partOfFades(
  { fadeInSamples = 0, fadeOutSamples }: Pick<AudioClip, 'fadeInSamples' | 'fadeOutSamples'>,
  { before, after }: { readonly before: number; readonly after: number },
): Pick<AudioClip, 'fadeInSamples' | 'fadeOutSamples' | 'fadeInBefore' | 'fadeOutAfter'> {
  const rises = before < fadeInSamples;
  const falls = after < fadeOutSamples;
  return {
    ...(rises ? { fadeInSamples, ...(before > 0 ? { fadeInBefore: before } : {}) } : {}),
    fadeOutSamples: falls ? fadeOutSamples : 0,
    ...(falls && after > 0 ? { fadeOutAfter: after } : {}),
  };
}

/** With times in samples. */
function gainOf(gain: Keyed, frames: number, rate: Rational): Animated {
  const inFrames = animatedOf(curveOf(gain, rate), frames);
  if (typeof inFrames === 'number') return inFrames;
  const [first, ...rest] = inFrames;
  const inSamples = (key: (typeof inFrames)[number]) => ({ ...key, at: sampleOf(key.at, rate, SAMPLE_RATE) });
  return [inSamples(first), ...rest.map(inSamples)];
}

function samplesIn(us: number): number {
  return Math.round((us * SAMPLE_RATE) / 1e6);
}
