import type { Animated } from '../animated.js';
import { type AudioBus, type AudioClip, SAMPLE_RATE } from '../composition.js';
import type { FadeCurve } from '../fade-curve.js';
import type { KnownFacts } from '../form.js';
import { type Rational, sampleOf } from '../frame-grid.js';
import { animatedOf, curveOf } from './curve.js';
import { type Around, partOfFades, samplesIn, samplesOf, type Soundtrack, trimAndSpeed } from './sound-parts.js';
import { nestedSound } from './nested-sound.js';
import { earlier, piecesOf } from './pieces.js';
import type { ScheduledClip } from './schedule.js';
import { type AudioContent, type Keyed, type Sound, type Track, transitionOf, type VideoSource } from './timeline.js';

interface SoundContext {
  readonly facts: KnownFacts;
  readonly rate: Rational;
  /** Of the timeline. */
  readonly frames: number;
  /** What a clip plays whose asset is a timeline; null: it is something else. */
  readonly nestedIn: (scheduled: ScheduledClip) => Soundtrack | null;
}

/** All that sounds. @param byTrack the clips of each track, in order. */
export function soundtrackOf(
  tracks: readonly Track[],
  byTrack: readonly (readonly ScheduledClip[])[],
  context: SoundContext,
): Soundtrack {
  const audible = tracks.map(({ muted }, i) => (muted ? [] : trackSound(byTrack[i] ?? [], context)));
  const gains = tracks.map(({ gainDb }) => gainOf(gainDb, context.frames, context.rate));
  const own = busesOf(tracks, gains, (track) => (audible[track] ?? []).some(({ audio }) => audio.length > 0));
  const buses = [...own.all];
  const audio = audible.flatMap((parts, track) =>
    parts.flatMap((part) => {
      const first = buses.length;
      const bus = own.places.get(track);
      buses.push(...part.buses.map((inner) => intoBus(inner, first, bus)));
      return part.audio.map((clip) => {
        const place = clip.bus === undefined ? bus : first + clip.bus;
        return place === undefined ? clip : { ...clip, bus: place };
      });
    }),
  );
  return { audio, buses };
}

/** A bus at another place of a list. @param around the bus that takes those which go straight into the mix. */
function intoBus({ into, duck, ...bus }: AudioBus, first: number, around: number | undefined): AudioBus {
  const target = into === undefined ? around : first + into;
  return {
    ...bus,
    duck: duck && { ...duck, under: first + duck.under },
    ...(target === undefined ? {} : { into: target }),
  };
}

/** A bus for each track that is changed as a whole, or that another makes room for. */
function busesOf(
  tracks: readonly Track[],
  gains: readonly Animated[],
  sounds: (track: number) => boolean,
): { readonly all: readonly AudioBus[]; readonly places: ReadonlyMap<number, number> } {
  const duckOf = (track: number) => {
    const duck = tracks[track]?.duck ?? null;
    return duck && sounds(track) && sounds(duck.under) ? duck : null;
  };
  const ducked = new Set(tracks.flatMap((_, track) => duckOf(track)?.under ?? []));
  const needing = gains.flatMap((gainDb, track) =>
    sounds(track) && (gainDb !== 0 || duckOf(track) || ducked.has(track)) ? [track] : [],
  );
  const places = new Map(needing.map((track, place) => [track, place]));
  const all = needing.map((track): AudioBus => {
    const duck = duckOf(track);
    const gainDb = gains[track] ?? 0;
    if (!duck) return { gainDb, duck: null };
    return { gainDb, duck: { ...duck, under: places.get(duck.under) ?? 0 } };
  });
  return { all, places };
}

/** The sound of each clip. */
function trackSound(clips: readonly ScheduledClip[], { facts, rate, nestedIn }: SoundContext): Soundtrack[] {
  return clips.flatMap((scheduled, i): Soundtrack[] => {
    const { content } = scheduled.clip;
    const next = clips[i + 1];
    const around = {
      ...{ rate, before: scheduled.transitionFrames, after: next?.transitionFrames ?? 0 },
      beforeCurve: transitionOf(scheduled.clip)?.audioCurve ?? 'LINEAR',
      afterCurve: (next && transitionOf(next.clip)?.audioCurve) ?? 'LINEAR',
    };
    if (content.kind === 'AUDIO') return [{ audio: [audioAsset(scheduled, content, rate)], buses: [] }];
    if (content.kind !== 'VISUAL') return [];
    const { source } = content;
    if (source.kind === 'TIMELINE') return nestedSound(scheduled, source, nestedIn(scheduled), around);
    if (source.kind !== 'VIDEO' || !source.sound || facts.audioIfAny(source.asset.uri) === null) return [];
    const visual = facts.visual(source.asset.uri);
    const beforeUs = (visual.kind === 'video' && visual.soundBeforeUs) || 0;
    return [{ audio: videoSound(scheduled, source, { ...source.sound, beforeUs }, around), buses: [] }];
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
    ...fades(sound, samples, null),
  };
}

/** @param sound `beforeUs`: what its file has of it before the first picture, which is the start of the clip. */
function videoSound(
  scheduled: ScheduledClip,
  source: VideoSource,
  sound: Sound & { readonly beforeUs: number },
  around: Around,
): AudioClip[] {
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
    ...around,
    before: sampleOf(around.before, rate, SAMPLE_RATE),
    after: sampleOf(around.after, rate, SAMPLE_RATE),
  });
  const curves = {
    ...(all.fadeInCurve ? { fadeInCurve: all.fadeInCurve } : {}),
    ...(all.fadeOutCurve ? { fadeOutCurve: all.fadeOutCurve } : {}),
  };
  return playing.map(({ offset, frames, trimStartUs }) => {
    const place = { startFrame: scheduled.startFrame + offset, frames };
    const { startSample, samples } = samplesOf(place, rate);
    return {
      asset,
      startSample,
      samples,
      ...trimAndSpeed(sound.beforeUs + trimStartUs, speed),
      ...channelsOf(sound),
      ...backwards(source, scheduled, rate),
      gainDb: earlier(gainDb, startSample - start),
      loop: false,
      ...curves,
      ...partOfFades(all, { before: startSample - start, after: end - startSample - samples }),
    };
  });
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

/** @param crossFades with lengths in samples; null: none. */
function fades(
  { fadeInUs, fadeOutUs, fadeInCurve, fadeOutCurve }: Sound,
  samples: number,
  crossFades: Omit<Around, 'rate'> | null,
): Pick<AudioClip, 'fadeInSamples' | 'fadeOutSamples' | 'fadeInCurve' | 'fadeOutCurve'> {
  const { before = 0, after = 0, beforeCurve, afterCurve } = crossFades ?? {};
  const rise = longer({ samples: samplesIn(fadeInUs), curve: fadeInCurve }, { samples: before, curve: beforeCurve });
  const fall = longer({ samples: samplesIn(fadeOutUs), curve: fadeOutCurve }, { samples: after, curve: afterCurve });
  const [fadeInSamples, fadeOutSamples] = [Math.min(samples, rise.samples), Math.min(samples, fall.samples)];
  return {
    ...(fadeInSamples > 0 ? { fadeInSamples, ...(rise.curve === 'LINEAR' ? {} : { fadeInCurve: rise.curve }) } : {}),
    ...{ fadeOutSamples, ...(fadeOutSamples > 0 && fall.curve !== 'LINEAR' ? { fadeOutCurve: fall.curve } : {}) },
  };
}

interface FadeSide {
  readonly samples: number;
  readonly curve: FadeCurve;
}

function longer(own: FadeSide, cross: { readonly samples: number; readonly curve: FadeCurve | undefined }): FadeSide {
  return cross.curve !== undefined && cross.samples >= own.samples && cross.samples > 0
    ? { samples: cross.samples, curve: cross.curve }
    : own;
}

/** With times in samples. Unlike a picture it moves within frames, also within the last one, and a step takes one sample. */
function gainOf(gain: Keyed, frames: number, rate: Rational): Animated {
  const sample = rate.num / (rate.den * SAMPLE_RATE);
  const inFrames = animatedOf(curveOf(gain, rate, sample), frames + 1);
  if (typeof inFrames === 'number') return inFrames;
  const [first, ...rest] = inFrames;
  const inSamples = (key: (typeof inFrames)[number]) => ({ ...key, at: sampleOf(key.at, rate, SAMPLE_RATE) });
  return [inSamples(first), ...rest.map(inSamples)];
}
