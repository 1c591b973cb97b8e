import { CompositionError } from '../composition-error.js';
import type { KnownFacts } from '../form.js';
import { framesOf, timeUsOf } from '../frame-grid.js';
import type { Warning } from '../warning.js';
import { cut, isAfterEnd, lengthField, problemsOf, seconds } from './check-times.js';
import { DEFAULT_LENGTH_US, timesOf } from './clip-times.js';
import type { Problem } from './problem.js';
import { clipsOf, nameOf, type Timeline, type TimelineClip, transitionOf, type VideoSource } from './timeline.js';

/** A clip on the frame grid. */
export interface ScheduledClip {
  readonly clip: TimelineClip;
  /** The place of its track. */
  readonly track: number;
  readonly startFrame: number;
  /** At least 1. */
  readonly frames: number;
  /** What it would have if nothing of it were cut at the end of the video. */
  readonly wholeFrames: number;
  /** Of the transition from the clip before; 0: a cut. */
  readonly transitionFrames: number;
  /** What a video gives from its `trim_start` on, at its speed; null for anything else. */
  readonly availableUs: number | null;
}

export interface Schedule {
  readonly frames: number;
  /** The length that the frames are the nearest to. */
  readonly totalUs: number;
  /** In the order of `clipsOf`, without those that begin when the whole is over. */
  readonly clips: readonly ScheduledClip[];
  readonly warnings: readonly Warning[];
}

/**
 * Lays a timeline on the frame grid. A boundary at time t lies on the frame that is nearest to t, lengths are differences of boundaries.
 * @throws CompositionError when the lengths of its inputs make it impossible.
 */
export function scheduleOf(timeline: Timeline, facts: KnownFacts): Schedule {
  const rate = timeline.canvas.frameRate;
  const frameAt = (us: number) => framesOf(us, rate);
  const placed = clipsOf(timeline);
  const availables = placed.map(({ clip }) => availableUs(clip, facts));
  const times = timesOf(timeline, (i) => availables[i] ?? DEFAULT_LENGTH_US);
  const totalUs = times.totalUs ?? 0;
  raise(problemsOf(timeline, times));
  const clips: ScheduledClip[] = [];
  const warnings: Warning[] = [];
  placed.forEach(({ clip, track }, i) => {
    const whole = times.clips[i] ?? { startUs: null, endUs: null, lengthUs: null };
    const { startUs, endUs, lengthUs } = cut(whole, totalUs);
    if (startUs === null || endUs === null || lengthUs === null) throw new RangeError('a clip has no time');
    if (isAfterEnd(startUs, totalUs, frameAt)) {
      warnings.push(afterEnd(clip, startUs, totalUs));
      return;
    }
    const available = availables[i] ?? null;
    if (clip.content.kind === 'VISUAL' && clip.content.source.kind === 'VIDEO' && available !== null) {
      // Half a frame is what the grid adds at most.
      // Played backwards it begins with what is cut of one that plays forwards.
      const neededUs = clip.content.source.reverse ? (whole.lengthUs ?? lengthUs) : lengthUs;
      const isShort = !clip.content.source.freeze && neededUs > available + timeUsOf(1, rate) / 2;
      if (isShort)
        warnings.push(...shortSource(clip, clip.content.source, { lengthUs: neededUs, availableUs: available }));
    }
    const startFrame = frameAt(startUs);
    const before = clips.at(-1);
    const overlap = before?.track === track ? before.startFrame + before.frames - startFrame : 0;
    const frames = Math.max(1, frameAt(endUs) - startFrame);
    clips.push({
      clip,
      track,
      startFrame,
      frames,
      wholeFrames: Math.max(frames, frameAt(whole.endUs ?? endUs) - startFrame),
      transitionFrames: transitionOf(clip) ? Math.max(0, overlap) : 0,
      availableUs: clip.content.kind === 'VISUAL' ? available : null,
    });
  });
  return { frames: Math.max(1, frameAt(totalUs)), totalUs, clips, warnings };
}

/** The length of what a clip shows or plays from its `trim_start` on, at its speed; null for what has no length of its own. */
function availableUs(clip: TimelineClip, facts: KnownFacts): number | null {
  const { content, field } = clip;
  if (content.kind === 'SUBTITLES') return null;
  if (content.kind === 'AUDIO') {
    if (clip.length.kind !== 'NATURAL') return null;
    const { asset, trimStartUs, speed } = content;
    return left(facts.audio(asset.uri).durationUs, trimStartUs, speed, `${field}.audio.trim_start`);
  }
  const { source } = content;
  if (source.kind === 'VIDEO') {
    const { asset, trimStartUs, speed } = source;
    const visual = facts.visual(asset.uri);
    if (visual.kind === 'image')
      throw new CompositionError('INPUT_NO_VIDEO', asset.field, 'this is an image: make it the `image` of its clip');
    return left(visual.durationUs, trimStartUs, speed, `${field}.video.trim_start`);
  }
  if (source.kind === 'TIMELINE') {
    const { timeline, trimStartUs } = source;
    return left(scheduleOf(timeline, facts).totalUs, trimStartUs, 1, `${timeline.field}.trim_start`, 'timeline');
  }
  if (source.kind === 'IMAGE' && facts.visual(source.asset.uri).kind === 'video')
    throw new CompositionError(
      'INPUT_NOT_SUPPORTED',
      source.asset.field,
      'this is a video: make it the `video` of its clip',
    );
  return null;
}

function left(durationUs: number, trimStartUs: number, speed: number, field: string, what = 'file'): number {
  if (durationUs > trimStartUs) return (durationUs - trimStartUs) / speed;
  const message = `is ${seconds(trimStartUs)}, but the ${what} lasts ${seconds(durationUs)}`;
  throw new CompositionError('CLIP_TOO_SHORT', field, message);
}

function raise([first]: readonly Problem[]): void {
  if (first) throw new CompositionError(first.reason, first.field, first.message);
}

function shortSource(
  clip: TimelineClip,
  source: VideoSource,
  { lengthUs, availableUs: available }: { readonly lengthUs: number; readonly availableUs: number },
): Warning[] {
  const given = `its video gives ${seconds(available)}`;
  switch (source.shortSource) {
    case 'FAIL':
      throw new CompositionError(
        'CLIP_TOO_SHORT',
        lengthField(clip),
        `makes a clip of ${seconds(lengthUs)}, but ${given}; short_source can hold its last frame or begin it again`,
      );
    case 'HOLD':
      return [
        {
          code: 'SOURCE_HELD',
          message: `${nameOf(clip)} lasts ${seconds(lengthUs)}, and ${given}: its last frame stands`,
          field: source.asset.field,
          count: 1,
        },
      ];
    case 'LOOP':
      return [];
  }
}

function afterEnd(clip: TimelineClip, startUs: number, totalUs: number): Warning {
  const message = `${nameOf(clip)} starts at ${seconds(startUs)}, and its timeline ends at ${seconds(totalUs)}: it is not shown`;
  return { code: 'CLIP_AFTER_END', message, field: clip.field, count: 1 };
}
