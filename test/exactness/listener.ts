import {
  boundary,
  framesIn,
  type HeardClip,
  type HeardFile,
  type NestedSource,
  type PaintedClip,
  type PaintedTimeline,
} from './shapes.js';

/** Samples in a second of what is heard. */
export const RATE = 48_000;

export interface Heard {
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/** Beeps: every so many seconds, from and to when in each of them, and how long they take to rise and to fall. */
const BEEP = { every: 0.25, from: 0.05, to: 0.15, edge: 0.01, level: 0.06 } as const;

/** A beep as ffmpeg writes it and as `sampleOf` reckons it. */
export function beepExpression(hz: number): string {
  const { every, from, to, edge, level } = BEEP;
  const rise = `clip((mod(t,${every})-${from})/${edge},0,1)`;
  const fall = `clip((${to}-mod(t,${every}))/${edge},0,1)`;
  return `${level}*sin(2*PI*${hz}*t)*${rise}*${fall}`;
}

function sampleOf(hz: number, time: number): number {
  const within = time % BEEP.every;
  const rise = Math.min(1, Math.max(0, (within - BEEP.from) / BEEP.edge));
  const fall = Math.min(1, Math.max(0, (BEEP.to - within) / BEEP.edge));
  return BEEP.level * Math.sin(2 * Math.PI * hz * time) * rise * fall;
}

/** Both sides of a file at a time, by the rules of the field `channels`. */
function sidesAt(
  { layout, tones, seconds }: HeardFile,
  channels: HeardClip['channels'],
  time: number,
): [number, number] {
  if (time < 0 || time >= seconds) return [0, 0];
  const [a = 0, b = 0, center = 0, , backLeft = 0, backRight = 0] = tones.map((hz) => sampleOf(hz, time));
  const half = Math.SQRT1_2;
  const [left, right] = {
    mono: [a, a],
    stereo: [a, b],
    // The low frequencies are left out.
    '5.1': [a + half * (center + backLeft), b + half * (center + backRight)],
  }[layout] as [number, number];
  const middle = (left + right) / 2;
  const sides = {
    STEREO: [left, right],
    LEFT: [left, left],
    RIGHT: [right, right],
    MONO: [middle, middle],
    SWAP: [right, left],
  };
  return sides[channels] as [number, number];
}

/** What a timeline sounds like: a second mixer, written from the rules in `timeline.proto` alone. */
export function listen(timeline: PaintedTimeline): Heard {
  const { rate, tracks, sounds } = timeline;
  const samples = sampleAt(framesIn(timeline), rate);
  const heard = { left: new Float64Array(samples), right: new Float64Array(samples) };
  addTracks(heard, tracks, rate, { from: 0, to: samples, zero: 0, gain: () => 1 });
  for (const clip of sounds) {
    const [from, to] = [boundary(clip.start, rate), boundary(clip.end, rate)];
    add(heard, clip, { from: sampleAt(from, rate), to: sampleAt(to, rate), gain: ownFades(clip, from, to, rate) });
  }
  return heard;
}

function sampleAt(frame: number, rate: number): number {
  return Math.round((frame * RATE) / rate);
}

/** The part of the whole in which tracks are heard: its samples, the sample of their zero, and how loud at a sample. */
interface Window {
  readonly from: number;
  readonly to: number;
  readonly zero: number;
  readonly gain: (sample: number) => number;
}

function addTracks(heard: Heard, tracks: readonly (readonly PaintedClip[])[], rate: number, window: Window): void {
  for (const track of tracks) {
    track.forEach((clip, i) => {
      const from = window.zero + sampleAt(boundary(clip.start, rate), rate);
      const to = window.zero + sampleAt(boundary(clip.end, rate), rate);
      const overlap = (one: PaintedClip | undefined, other: PaintedClip | undefined) =>
        one && other?.transition ? boundary(one.end, rate) - boundary(other.start, rate) : 0;
      const crossed = crossFade({ from, to }, overlap(track[i - 1], clip), overlap(clip, track[i + 1]), rate);
      const gain = (sample: number) => crossed(sample) * window.gain(sample);
      const [shownFrom, shownTo] = [Math.max(from, window.from), Math.min(to, window.to)];
      if (shownFrom >= shownTo) return;
      const { source } = clip;
      if (source.kind === 'nested')
        addTracks(heard, source.tracks, rate, nestedWindow(source, { shownFrom, shownTo, from, rate, gain }));
      if (source.kind !== 'video' || source.sound === null || source.isMuted) return;
      const { sound: file, channels, gainDb, trimStart, reverse } = source;
      const played = { file, channels, gainDb, trimStart, reverse, loop: false };
      // The clip as a whole, of which a nested timeline may show a part.
      add(heard, played, { from, to, gain, shownFrom, shownTo });
    });
  }
}

/** It sounds as it does by itself, and is moved as a whole: its samples are counted from its own first. */
function nestedWindow(
  { tracks, trimFrames }: NestedSource,
  {
    shownFrom,
    shownTo,
    from,
    rate,
    gain,
  }: { shownFrom: number; shownTo: number; from: number; rate: number; gain: Window['gain'] },
): Window {
  const zero = from - sampleAt(trimFrames, rate);
  const end = zero + sampleAt(framesIn({ tracks, sounds: [], rate }), rate);
  return { from: shownFrom, to: Math.min(shownTo, end), zero, gain };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly shownFrom?: number;
  readonly shownTo?: number;
  readonly gain: (sample: number) => number;
}

function add(
  { left, right }: Heard,
  { file, channels, gainDb, trimStart, reverse, loop }: Omit<HeardClip, 'start' | 'end' | 'fadeIn' | 'fadeOut'>,
  { from, to, shownFrom = from, shownTo = to, gain }: Span,
): void {
  const level = 10 ** (gainDb / 20);
  for (let sample = shownFrom; sample < Math.min(shownTo, left.length); sample += 1) {
    const own = (reverse ? to - 1 - sample : sample - from) + Math.round(trimStart * RATE);
    const time = loop ? (own % Math.round(file.seconds * RATE)) / RATE : own / RATE;
    const [l, r] = sidesAt(file, channels, time);
    const factor = level * gain(sample);
    left[sample]! += l * factor;
    right[sample]! += r * factor;
  }
}

/** Straight lines. */
function crossFade(
  { from: start, to: end }: { from: number; to: number },
  before: number,
  after: number,
  rate: number,
) {
  const [rise, fall] = [sampleAt(before, rate), sampleAt(after, rate)];
  return (sample: number) =>
    (rise > 0 ? Math.min(1, (sample - start) / rise) : 1) * (fall > 0 ? Math.min(1, (end - sample) / fall) : 1);
}

function ownFades({ fadeIn, fadeOut }: HeardClip, from: number, to: number, rate: number) {
  const [start, end] = [sampleAt(from, rate), sampleAt(to, rate)];
  const [rise, fall] = [fadeIn * RATE, fadeOut * RATE];
  return (sample: number) =>
    (rise > 0 ? Math.min(1, (sample - start) / rise) : 1) * (fall > 0 ? Math.min(1, (end - sample) / fall) : 1);
}
