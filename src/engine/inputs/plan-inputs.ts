import type { AssetRef } from '../../composition/asset.js';
import { assetsOf, type Form, type InputUse } from '../../composition/form.js';
import type { Step } from '../steps/step.js';

/** One piece of the work of reading a form's inputs. */
export type InputStep = Step &
  (
    | { readonly kind: 'fetch'; readonly asset: AssetRef }
    | { readonly kind: 'sniff'; readonly use: Extract<InputUse, { role: 'visual' | 'audio' }> }
    | { readonly kind: 'probe'; readonly use: Extract<InputUse, { role: 'visual' }> }
    | { readonly kind: 'prepare-audio'; readonly use: Extract<InputUse, { role: 'audio' }> }
    | { readonly kind: 'read-text'; readonly asset: AssetRef }
    | { readonly kind: 'read-lut'; readonly asset: AssetRef }
  );

/**
 * Fetches every input once, then reads it for each role that it is used in. Sniffing is a step of its own, so that the images are known before the first
 * of them is read, and all are read together. Pure.
 */
export function planInputs(form: Form): InputStep[] {
  const fetches = assetsOf(form).map((asset, i): InputStep => {
    return { id: `fetch ${i}`, kind: 'fetch', asset, after: [], phase: 'FETCHING', frames: 0, tries: 1 };
  });
  const fetchOf = (uri: string) => fetches.find((step) => step.kind === 'fetch' && step.asset.uri === uri)?.id ?? '';
  const reads = mergedUses(form.inputs).flatMap((use, i): InputStep[] => {
    const { uri } = use.asset;
    const common = { after: [fetchOf(uri)], phase: 'PROBING', frames: 0, tries: 2 } as const;
    if (use.role === 'subtitles') return [{ ...common, id: `read-text ${i}`, kind: 'read-text', asset: use.asset }];
    if (use.role === 'lut') return [{ ...common, id: `read-lut ${i}`, kind: 'read-lut', asset: use.asset }];
    const sniff: InputStep = { ...common, id: `sniff ${i}`, kind: 'sniff', use };
    const after = [sniff.id];
    if (use.role === 'audio')
      return [sniff, { ...common, id: `prepare-audio ${i}`, kind: 'prepare-audio', use, after }];
    return [sniff, { ...common, id: `probe ${i}`, kind: 'probe', use, after }];
  });
  return [...fetches, ...reads];
}

/** One use of each file in each role, which asks for all that its uses ask for. Audio first: decoding a long narration takes longest. */
function mergedUses(uses: readonly InputUse[]): InputUse[] {
  const merged = new Map<string, InputUse>();
  for (const use of uses) {
    const key = `${use.role} ${use.asset.uri}`;
    const earlier = merged.get(key);
    merged.set(key, earlier ? both(earlier, use) : use);
  }
  const all = [...merged.values()];
  return [...all.filter(({ role }) => role === 'audio'), ...all.filter(({ role }) => role !== 'audio')];
}

function both(a: InputUse, b: InputUse): InputUse {
  if (a.role === 'visual' && b.role === 'visual') {
    const box = { width: Math.max(a.box.width, b.box.width), height: Math.max(a.box.height, b.box.height) };
    return { ...a, untilUs: Math.max(a.untilUs, b.untilUs), box };
  }
  if (a.role === 'audio' && b.role === 'audio') {
    const optional = a.optional === true && b.optional === true;
    return { ...a, measured: a.measured || b.measured, optional };
  }
  return a;
}
