import { type AudioClip, type Composition, SAMPLE_RATE, type VisualClip } from '../composition.js';
import { framesOf, type Rational } from '../frame-grid.js';
import type { Outline, OutlineClip, OutlineTrack } from '../outline.js';

/**
 * The times of a video of a montage: its pictures by their materials, the watermark, narration and music. The materials' own sound goes with their
 * pictures, and has no track.
 */
export function outlineMontage(composition: Composition): Outline {
  const { width, height, frameRate, frames, audio } = composition;
  const [pictures = [], ...above] = composition.layers.flatMap((layer) =>
    layer.kind === 'clips' ? [layer.clips] : [],
  );
  const shown = new Set(pictures.map(({ asset }) => asset.field));
  const sounds = audio.filter(({ asset }) => !shown.has(asset.field)).map((clip) => outlineSound(clip, frameRate));
  return {
    ...{ width, height, frameRate, frames },
    tracks: [
      { field: 'spec.montage.materials', id: '', clips: pictures.map(outlineClip) },
      ...above.flatMap((clips) => clips.map(outlineClip).map(alone)),
      ...sounds.map(alone),
    ],
  };
}

function outlineClip({ asset, startFrame, frames, transition }: VisualClip): OutlineClip {
  return { field: withoutUri(asset.field), id: '', startFrame, frames, transitionFrames: transition?.frames ?? 0 };
}

function outlineSound({ asset, startSample, samples }: AudioClip, rate: Rational): OutlineClip {
  const frameAt = (sample: number) => framesOf((sample * 1e6) / SAMPLE_RATE, rate);
  const startFrame = frameAt(startSample);
  const frames = frameAt(startSample + samples) - startFrame;
  return { field: withoutUri(asset.field), id: '', startFrame, frames, transitionFrames: 0 };
}

/** A track with one clip, which has its name. */
function alone(clip: OutlineClip): OutlineTrack {
  return { field: clip.field, id: '', clips: [clip] };
}

function withoutUri(field: string): string {
  return field.replace(/\.uri$/, '');
}
