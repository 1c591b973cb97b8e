import { type Composition, visualClips } from '../composition.js';
import type { Outline, OutlineTrack } from '../outline.js';

/** The times of a video of a montage: its clips by their materials, and its sounds, which last as long as it does. */
export function outlineMontage(composition: Composition): Outline {
  const { width, height, frameRate, frames, audio } = composition;
  const materials: OutlineTrack = {
    field: 'spec.montage.materials',
    id: '',
    clips: visualClips(composition).map(({ asset, startFrame, frames: own, transition }) => ({
      field: withoutUri(asset.field),
      id: '',
      startFrame,
      frames: own,
      transitionFrames: transition?.frames ?? 0,
    })),
  };
  const sounds = audio.map(({ asset }): OutlineTrack => {
    const field = withoutUri(asset.field);
    return { field, id: '', clips: [{ field, id: '', startFrame: 0, frames, transitionFrames: 0 }] };
  });
  return { width, height, frameRate, frames, tracks: [materials, ...sounds] };
}

function withoutUri(field: string): string {
  return field.replace(/\.uri$/, '');
}
