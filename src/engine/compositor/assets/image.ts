import { INPUT_GUARDS } from '../../limits.js';
import { fitted } from '../fit.js';
import { repeatFrame, type Stage } from '../stage.js';
import type { AssetDefinition, StagedClip } from './asset-definition.js';

/** An image is read, scaled and laid on its background once on a layer, however often and long it is shown. */
export const image: AssetDefinition = {
  filters: ['loop', 'settb', 'setpts', 'fps', 'split', 'null', 'trim'],
  chains(clips, stage) {
    const uses = new Map<string, StagedClip[]>();
    for (const staged of clips) {
      const { fit, asset } = staged.shown.clip;
      const key = `${fit} ${asset.uri}`;
      uses.set(key, [...(uses.get(key) ?? []), staged]);
    }
    return [...uses.values()].flatMap((same, i) => sharedChains(same, `${stage.name}i${i}`, stage));
  },
};

function sharedChains(same: readonly StagedClip[], name: string, stage: Stage): string[] {
  const [first] = same;
  if (!first) return [];
  const { fit, asset } = first.shown.clip;
  const { file, details } = stage.visual(asset.uri);
  const input = stage.inputs.add({
    file,
    options: [...INPUT_GUARDS, '-threads', '1'],
    uri: asset.uri,
    field: asset.field,
    frames: 0,
    pixels: details.width * details.height,
  });
  const outs = same.map((_, i) => `${name}_${i}`);
  const source = `[${input}:${details.streamIndex}]trim=end_frame=1,settb=1/1000,setpts=0`;
  const end = `${same.length > 1 ? `split=${same.length}` : 'null'}${outs.map((out) => `[${out}]`).join('')}`;
  return [
    ...fitted(source, end, { name, fit, details, moving: false, toRate: [], resized: false }, stage),
    ...same.map((staged, i) => `[${outs[i] ?? ''}]${repeatFrame(stage.rate)},${staged.end}`),
  ];
}
