import type { AssetRef } from '../asset.js';
import { CompositionError } from '../composition-error.js';
import type { KnownFacts } from '../form.js';
import { timeUsOf } from '../frame-grid.js';
import type { Look, Sound, Timeline, TimelineClip, Track, VisualContent } from '../timeline/timeline.js';
import type { Montage, Watermark } from './montage.js';
import { bookendClip, endOf, type PictureClip, pictureClips } from './picture-clips.js';

/** The longest video that a montage may make: 4 h. */
export const MAX_VIDEO_US = 4 * 3600 * 1_000_000;

/** The most clips whose own sound is heard: each is a source of the mix. */
const MAX_SOUNDING_CLIPS = 2_000;

/** A part of the video, in frames. */
interface Span {
  readonly startFrame: number;
  readonly frames: number;
}

/**
 * A montage as a timeline: a track each for narration, music, pictures, watermark and subtitles. Pure. All of its times are those of frames, so that the timeline's
 * composer finds them again.
 * @param variant number of the video, from 0; variants differ in the choices by chance.
 * @throws CompositionError when a material is too short for its place, or the whole becomes too long.
 */
export function expandMontage(montage: Montage, facts: KnownFacts, variant: number): Timeline {
  const { width, height, frameRate, background, narration, music, subtitles, watermark } = montage;
  const main = pictureClips(montage, facts, variant);
  const intro = montage.intro ? [bookendClip(montage.intro, montage, facts)] : [];
  const startFrame = endOf(intro[0]);
  const body = { startFrame, frames: endOf(main.at(-1)) };
  const outro = montage.outro ? [bookendClip(montage.outro, montage, facts)] : [];
  const whole = { startFrame: 0, frames: startFrame + body.frames + endOf(outro[0]) };
  if (timeUsOf(whole.frames, frameRate) > MAX_VIDEO_US)
    throw new CompositionError('VIDEO_TOO_LONG', 'spec.montage.materials', 'the video would be longer than 4 hours');
  const ownSound = soundOfMaterials(montage, main, facts);
  // One for all that need no other: there are thousands of clips.
  const look: Look = { ...wholeCanvas(montage), fit: montage.fit };
  const pictures = [
    ...intro.map((clip) => pictureOf(montage, clip, { look, from: 0, gainDb: 0 })),
    ...main.map((clip) => pictureOf(montage, clip, { look, from: startFrame, gainDb: ownSound })),
    ...outro.map((clip) => pictureOf(montage, clip, { look, from: startFrame + body.frames, gainDb: 0 })),
  ];
  const clips: (readonly TimelineClip[])[] = [
    ...(narration ? [[audioOf(montage, narration, body)]] : []),
    ...(music ? [[audioOf(montage, { ...music, loop: true }, body)]] : []),
    pictures,
  ];
  const tracks = clips.map((own) => trackOf(own));
  if (watermark) tracks.push({ ...trackOf([watermarkOf(montage, watermark, { whole, facts })]), isPinned: true });
  if (subtitles) {
    const content = { kind: 'SUBTITLES' as const, subtitles };
    tracks.push(trackOf([{ ...timesOf(montage, body), field: subtitles.field, id: '', content }]));
  }
  const canvas = { width, height, frameRate, background };
  return { field: 'spec.montage', canvas, tracks, durationUs: null, loudness: null };
}

function trackOf(clips: readonly TimelineClip[]): Track {
  return { id: '', gainDb: 0, muted: false, duck: null, clips };
}

function timesOf({ frameRate }: Montage, { startFrame, frames }: Span): Pick<TimelineClip, 'begin' | 'length'> {
  const us = timeUsOf(startFrame, frameRate);
  const lengthUs = timeUsOf(startFrame + frames, frameRate) - us;
  return { begin: { kind: 'AT', us }, length: { kind: 'DURATION', us: lengthUs } };
}

/** The gain of the materials' own sound; null: it is not heard. @throws CompositionError when too many clips sound. */
function soundOfMaterials({ materialSound }: Montage, clips: readonly PictureClip[], facts: KnownFacts): number | null {
  if (!materialSound) return null;
  const { length } = clips.filter(({ source, asset }) => source === 'video' && facts.audioIfAny(asset.uri) !== null);
  if (length <= MAX_SOUNDING_CLIPS) return materialSound.gainDb;
  const message = `${length} clips would be heard, and at most ${MAX_SOUNDING_CLIPS} can be; allow longer clips, or leave material_sound out`;
  throw new CompositionError('VIDEO_TOO_LONG', 'spec.montage.material_sound', message);
}

/** @param from the frame from which the clip's frames count. @param gainDb null: it is silent. */
function pictureOf(
  montage: Montage,
  { asset, source, startFrame, frames, transitionFrames, trimStartUs, speed, effects }: PictureClip,
  { look, from, gainDb }: { readonly look: Look; readonly from: number; readonly gainDb: number | null },
): TimelineClip {
  const { transition, frameRate } = montage;
  const playing = { shortSource: 'FAIL' as const, reverse: false, freeze: false };
  const video = { kind: 'VIDEO' as const, asset, trimStartUs, speed, ...playing };
  const sound = gainDb === null ? null : soundOf(asset, gainDb);
  const content: VisualContent = {
    kind: 'VISUAL',
    source: source === 'video' ? { ...video, sound } : { kind: 'IMAGE', asset },
    look: asset.focus ? { ...look, focus: asset.focus } : look,
    ...(effects.length > 0 ? { effects } : {}),
    ...{ enter: null, exit: null, matte: null },
    transition:
      transition.kind === 'CROSS' && transitionFrames > 0
        ? {
            ...{ kind: transition.name, durationUs: timeUsOf(transitionFrames, frameRate) },
            ...{ audioCurve: 'LINEAR', field: transition.field },
          }
        : null,
  };
  const times = timesOf(montage, { startFrame: from + startFrame, frames });
  return { ...times, field: asset.field, id: '', content };
}

function audioOf(
  montage: Montage,
  sound: { readonly asset: AssetRef; readonly gainDb: number; readonly fadeOutUs?: number; readonly loop?: boolean },
  body: Span,
): TimelineClip {
  const { asset, gainDb, fadeOutUs = 0, loop = false } = sound;
  const times = timesOf(montage, body);
  const lengthUs = times.length.kind === 'DURATION' ? times.length.us : 0;
  const heard = { ...soundOf(asset, gainDb), fadeOutUs: Math.min(fadeOutUs, lengthUs) };
  const content = { kind: 'AUDIO' as const, asset, trimStartUs: 0, speed: 1, loop, reverse: false, sound: heard };
  return { ...times, field: asset.field, id: '', content };
}

function soundOf({ field }: AssetRef, gainDb: number): Sound {
  const fades = { fadeInUs: 0, fadeOutUs: 0, fadeInCurve: 'LINEAR', fadeOutCurve: 'LINEAR' } as const;
  return { field, gainDb, ...fades, channels: 'STEREO' };
}

/** @throws CompositionError when it is a video. */
function watermarkOf(
  montage: Montage,
  { asset, corner, size, margin, opacity }: Watermark,
  { whole, facts }: { readonly whole: Span; readonly facts: KnownFacts },
): TimelineClip {
  if (facts.visual(asset.uri).kind === 'video')
    throw new CompositionError(
      'INPUT_NOT_SUPPORTED',
      asset.field,
      'this is a video or an animation: a watermark must be a still image',
    );
  const middle = (side: number, edge: 0 | 1) => (edge === 0 ? margin + size / 2 : side - margin - size / 2);
  const [x, y] = [middle(montage.width, corner.x), middle(montage.height, corner.y)];
  const look: Look = {
    ...wholeCanvas(montage),
    x,
    y,
    width: size,
    height: size,
    fit: 'CONTAIN',
    opacity,
    align: corner,
  };
  const content: VisualContent = {
    ...{ kind: 'VISUAL', source: { kind: 'IMAGE', asset }, look },
    ...{ enter: null, exit: null, matte: null, transition: null },
  };
  return { ...timesOf(montage, whole), field: asset.field, id: '', content };
}

function wholeCanvas({ width, height }: Montage): Look {
  const middle = { x: 0.5, y: 0.5 };
  return {
    ...{ x: width / 2, y: height / 2, width, height, anchor: middle, fit: 'COVER', focus: middle, part: null },
    ...{ opacity: 1, rotation: 0, flipHorizontal: false, flipVertical: false, blend: 'NORMAL' },
    ...{ cornerRadius: 0, border: null, shadow: null, chromaKey: null, colors: null, lut: null, blur: 0, motion: null },
  };
}
