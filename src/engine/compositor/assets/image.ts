import type { AssetRef } from '../../../composition/asset.js';
import { INPUT_GUARDS } from '../../limits.js';
import { fitted } from '../fit.js';
import { framingOf, type Framing } from '../framing.js';
import { repeatFrame, type Stage } from '../stage.js';
import type { AssetDefinition, StagedClip } from './asset-definition.js';

/** An image is read, scaled and laid on its background once on a layer for each way in which it is framed, however often and long it is shown. */
export const image: AssetDefinition = {
  filters: ['loop', 'settb', 'setpts', 'fps', 'split', 'null', 'trim'],
  chains(clips, stage) {
    const uses = new Map<string, StagedClip[]>();
    for (const staged of clips) {
      const { clip } = staged.shown;
      const key = JSON.stringify([framingOf(clip), clip.asset.uri]);
      uses.set(key, [...(uses.get(key) ?? []), staged]);
    }
    return [...uses.values()].flatMap((same, i) => sharedChains(same, `${stage.name}i${i}`, stage));
  },
  open({ clip }, name, stage) {
    const pad = `${name}f`;
    return { chains: fittedImage(clip.asset, `null[${pad}]`, name, framingOf(clip), stage), pad, moving: false };
  },
};

function sharedChains(same: readonly StagedClip[], name: string, stage: Stage): string[] {
  const [first] = same;
  if (!first) return [];
  const { clip } = first.shown;
  const outs = same.map((_, i) => `${name}_${i}`);
  const end = `${same.length > 1 ? `split=${same.length}` : 'null'}${outs.map((out) => `[${out}]`).join('')}`;
  return [
    ...fittedImage(clip.asset, end, name, framingOf(clip), stage),
    ...same.map(({ shown, filters, pad }, i) => {
      const shownFrames = [repeatFrame(stage.rate), `trim=end_frame=${shown.frames}`, ...filters];
      return `[${outs[i] ?? ''}]${shownFrames.join(',')}[${pad}]`;
    }),
  ];
}

function fittedImage(asset: AssetRef, end: string, name: string, framing: Framing, stage: Stage): string[] {
  const { details } = stage.visual(asset.uri);
  const options = { name, framing, details, moving: false, toRate: [], resized: false };
  return fitted(imageSource(asset, stage), end, options, stage);
}

/** The one frame of an image, as a chain without its end. */
export function imageSource(asset: AssetRef, { inputs, visual }: Pick<Stage, 'inputs' | 'visual'>): string {
  const { file, details } = visual(asset.uri);
  const input = inputs.add({
    file,
    options: [...INPUT_GUARDS, '-threads', '1'],
    uri: asset.uri,
    field: asset.field,
    frames: 0,
    pixels: details.width * details.height,
  });
  return `[${input}:${details.streamIndex}]trim=end_frame=1,settb=1/1000,setpts=0`;
}
