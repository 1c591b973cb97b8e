import { type Composition, type Layer, SAMPLE_RATE } from '../composition.js';
import type { KnownFacts } from '../form.js';
import { sampleOf } from '../frame-grid.js';
import type { Outline } from '../outline.js';
import type { Warning } from '../warning.js';
import { captionLayersOf } from './caption-clips.js';
import { createDrawingSet } from './drawing-set.js';
import { outlineTimeline } from './outline-timeline.js';
import { scheduleOf } from './schedule.js';
import { soundtrackOf } from './sound-clips.js';
import type { Timeline } from './timeline.js';
import { trackLayers } from './track-layers.js';

/**
 * Turns a timeline into a composition. Pure: the same timeline and facts give the same composition. Each track becomes a layer, with layers for shadows below
 * it and for borders and captions above it.
 * @throws CompositionError when the lengths of its inputs make it impossible.
 */
export function composeTimeline(
  timeline: Timeline,
  facts: KnownFacts,
): { readonly composition: Composition; readonly warnings: readonly Warning[]; readonly outline: Outline } {
  const { canvas, tracks, loudness } = timeline;
  const { width, height, frameRate: rate, background } = canvas;
  const schedule = scheduleOf(timeline, facts);
  const { frames, clips, warnings } = schedule;
  const byTrack = tracks.map((_, track) => clips.filter((clip) => clip.track === track));
  const drawings = createDrawingSet();
  const layers: Layer[] = [];
  const captionWarnings: Warning[] = [];
  for (const own of byTrack) {
    const captions = captionLayersOf(own, { facts, rate });
    layers.push(...trackLayers(own, { canvas, drawings }), ...captions.layers);
    captionWarnings.push(...captions.warnings);
  }
  const { audio, buses } = soundtrackOf(tracks, byTrack, { facts, rate });
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
    ...(drawings.all.length > 0 ? { drawings: drawings.all } : {}),
  };
  return { composition, warnings: [...warnings, ...captionWarnings], outline: outlineTimeline(timeline, schedule) };
}
