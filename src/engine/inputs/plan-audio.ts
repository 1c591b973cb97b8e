import type { AssetRef } from '../../composition/asset.js';
import type { AudioClip, Composition } from '../../composition/composition.js';
import type { Step } from '../steps/step.js';

/** Prepares the audio of a file as far as compositions use it. */
export type AudioStep = Step & {
  readonly kind: 'prepare-audio';
  readonly asset: AssetRef;
  readonly neededSamples: number;
  /** Whether a clip begins it again at its end. */
  readonly loops: boolean;
};

/** A step for each file that clips of the compositions are made of and that is not prepared yet, for the longest of them. Pure. */
export function planAudio(compositions: readonly Composition[], isPrepared: (uri: string) => boolean): AudioStep[] {
  const uses = new Map<string, AudioClip[]>();
  for (const clip of compositions.flatMap(({ audio }) => audio)) {
    const { uri } = clip.asset;
    if (!isPrepared(uri)) uses.set(uri, [...(uses.get(uri) ?? []), clip]);
  }
  return [...uses.values()].flatMap((clips, i) => {
    const [first] = clips;
    if (!first) return [];
    const neededSamples = Math.max(...clips.map(({ samples }) => samples));
    const loops = clips.some(({ loop }) => loop);
    const common = { after: [], phase: 'PROBING', frames: 0, tries: 2 } as const;
    return [{ ...common, id: `prepare-audio ${i}`, kind: 'prepare-audio', asset: first.asset, neededSamples, loops }];
  });
}
