import { type Form, type InputUse, OWN_SIZE } from '../form.js';
import { composeMontage } from './compose-montage.js';
import type { Montage } from './montage.js';
import { outlineMontage } from './outline-montage.js';
import { BOOKEND_US } from './picture-clips.js';
import { reachUs } from './shots.js';

/** A form that is a montage. */
export interface MontageForm extends Form {
  readonly montage: Montage;
}

/** What a montage uses and makes. */
export function montageForm(montage: Montage): MontageForm {
  return {
    montage,
    inputs: inputsOf(montage),
    compose(facts) {
      const composed = Array.from({ length: montage.variants }, (_, i) => composeMontage(montage, facts, i));
      // Variants show the same text.
      const compositions = composed.map(({ composition }) => composition);
      return { compositions, warnings: composed[0]?.warnings ?? [], outlines: compositions.map(outlineMontage) };
    },
  };
}

function inputsOf(montage: Montage): InputUse[] {
  const { materials, narration, music, subtitles, watermark, materialSound, width, height, fit } = montage;
  const untilUs = reachUs(montage);
  const box = fit === 'NONE' ? OWN_SIZE : { width, height };
  const uses: InputUse[] = materials.map((asset) => ({ role: 'visual', asset, untilUs, box }));
  const bookends = [montage.intro, montage.outro].flatMap((asset) => asset ?? []);
  for (const asset of bookends) uses.push({ role: 'visual', asset, untilUs: BOOKEND_US, box });
  if (watermark) {
    const { asset, size } = watermark;
    uses.push({ role: 'visual', asset, untilUs: montage.longestClipUs, box: { width: size, height: size } });
  }
  for (const asset of [...(materialSound ? materials : []), ...bookends])
    uses.push({ role: 'audio', asset, measured: false, optional: true });
  if (narration) uses.push({ role: 'audio', asset: narration.asset, measured: true });
  if (music) uses.push({ role: 'audio', asset: music.asset, measured: false });
  if (subtitles?.source.kind === 'file') uses.push({ role: 'subtitles', asset: subtitles.source.asset });
  return uses;
}
