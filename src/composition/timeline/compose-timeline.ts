import { type Composition, type Layer, type Matte, type NestedVideo, SAMPLE_RATE } from '../composition.js';
import type { KnownFacts } from '../form.js';
import { framesOf, sampleOf, timeUsOf } from '../frame-grid.js';
import type { Outline } from '../outline.js';
import type { Warning } from '../warning.js';
import { CompositionError } from '../composition-error.js';
import { captionLayersOf } from './caption-clips.js';
import { seconds } from './check-times.js';
import { createCueCount, type CueCount } from './cue-count.js';
import { createDrawingSet, type DrawingSet } from './drawing-set.js';
import { outlineTimeline } from './outline-timeline.js';
import { type Schedule, type ScheduledClip, scheduleOf } from './schedule.js';
import { soundtrackOf } from './sound-clips.js';
import type { NestedSource, Timeline } from './timeline.js';
import { trackLayers } from './track-layers.js';

/**
 * Turns a timeline into a composition. Pure: the same timeline and facts give the same composition. Each track becomes a layer, with layers for shadows below
 * it and for borders and captions above it.
 * @throws CompositionError when the lengths of its inputs make it impossible.
 */
export function composeTimeline(
  timeline: Timeline,
  facts: KnownFacts,
): Pick<ComposedTimeline, 'composition' | 'warnings'> & { readonly outline: Outline } {
  const drawings = createDrawingSet();
  const shared = { drawings, cueCount: createCueCount() };
  const { composition, warnings, schedule } = composeWith(shared, timeline, facts);
  const drawn = drawings.all.length > 0 ? { drawings: drawings.all } : {};
  return { composition: { ...composition, ...drawn }, warnings, outline: outlineTimeline(timeline, schedule) };
}

interface ComposedTimeline {
  readonly composition: Composition;
  readonly warnings: readonly Warning[];
  readonly schedule: Schedule;
}

/** What a timeline and those in its clips share. */
interface Shared {
  /** Takes what the composition draws. */
  readonly drawings: DrawingSet;
  readonly cueCount: CueCount;
}

function composeWith(shared: Shared, timeline: Timeline, facts: KnownFacts): ComposedTimeline {
  const { canvas, tracks, loudness } = timeline;
  const { width, height, frameRate: rate, background } = canvas;
  const schedule = scheduleOf(timeline, facts);
  const { frames, clips, warnings } = schedule;
  const byTrack = tracks.map((_, track) => clips.filter((clip) => clip.track === track));
  const nested = new Map(
    clips.flatMap((scheduled) => {
      const { content } = scheduled.clip;
      if (content.kind !== 'VISUAL' || content.source.kind !== 'TIMELINE') return [];
      return [[scheduled, composeWith(shared, content.source.timeline, facts)] as const];
    }),
  );
  const nestedIn = (scheduled: ScheduledClip) => nestedVideo(scheduled, nested.get(scheduled)?.composition);
  const mattes = new Map(
    clips.flatMap((scheduled) => {
      const { content } = scheduled.clip;
      if (content.kind !== 'VISUAL' || !content.matte) return [];
      return [
        [scheduled, { matte: content.matte, ...composeWith(shared, content.matte.source.timeline, facts) }] as const,
      ];
    }),
  );
  const matteOf = (scheduled: ScheduledClip): Matte | null => {
    const found = mattes.get(scheduled);
    if (!found) return null;
    const { source, kind, inverted } = found.matte;
    requireRest(source, found.composition);
    return { video: videoOf(source, found.composition), kind, inverted };
  };
  const layers: Layer[] = [];
  const captionWarnings: Warning[] = [];
  for (const [track, own] of byTrack.entries()) {
    const captions = captionLayersOf(own, { facts, rate, cueCount: shared.cueCount });
    const pinned = tracks[track]?.isPinned ? { isPinned: true } : {};
    const clipLayers = trackLayers(own, { canvas, drawings: shared.drawings, nestedIn, matteOf });
    layers.push(...clipLayers.map((layer) => ({ ...layer, ...pinned })), ...captions.layers);
    captionWarnings.push(...captions.warnings);
  }
  const { audio, buses } = soundtrackOf(tracks, byTrack, {
    ...{ facts, rate, frames },
    nestedIn: (scheduled) => {
      const composed = nested.get(scheduled)?.composition;
      return composed ? { audio: composed.audio, buses: composed.buses ?? [] } : null;
    },
  });
  const composition: Composition = {
    width,
    height,
    frameRate: rate,
    frames,
    samples: sampleOf(frames, rate, SAMPLE_RATE),
    background,
    layers,
    audio,
    ...(buses.length > 0 ? { buses } : {}),
    ...(loudness ? { loudness } : {}),
  };
  const inner = [...nested.values(), ...mattes.values()].flatMap((composed) => composed.warnings);
  return { composition, warnings: [...warnings, ...inner, ...captionWarnings], schedule };
}

function nestedVideo({ clip: { content } }: ScheduledClip, composition: Composition | undefined): NestedVideo | null {
  if (!composition || content.kind !== 'VISUAL' || content.source.kind !== 'TIMELINE') return null;
  return videoOf(content.source, composition);
}

/** @throws CompositionError for a matte that begins when it is over. */
function requireRest({ timeline, trimStartUs }: NestedSource, { frames, frameRate }: Composition): void {
  if (framesOf(trimStartUs, frameRate) < frames) return;
  const message = `is ${seconds(trimStartUs)}, but the timeline lasts ${seconds(timeUsOf(frames, frameRate))}`;
  throw new CompositionError('CLIP_TOO_SHORT', `${timeline.field}.trim_start`, message);
}

/** Its sound, if it is heard, is a part of that around it. */
function videoOf({ trimStartUs }: NestedSource, composition: Composition): NestedVideo {
  return {
    composition: { ...composition, audio: [], buses: [] },
    fromFrame: framesOf(trimStartUs, composition.frameRate),
  };
}
