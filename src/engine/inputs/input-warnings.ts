import type { AssetRef } from '../../composition/asset.js';
import type { Form } from '../../composition/form.js';
import type { Warning } from '../../composition/warning.js';
import { inSeconds } from '../seconds.js';
import type { AudioInput, KnownInputs } from './known-inputs.js';

/** How much shorter than it claims a measured file may be without a warning. */
const CLAIM_TOLERANCE_US = 250_000;

/** Facts about the inputs of a form that its caller should know of; each names the field that named the input first. */
export function inputWarnings({ inputs }: Form, known: KnownInputs): Warning[] {
  const warnings = new Map<string, Warning>();
  for (const { role, asset, ...use } of inputs) {
    const isMeasured = role === 'audio' && 'measured' in use && use.measured;
    const found = isMeasured ? shorterThanClaimed(asset, known.audioInputs.get(asset.uri)) : null;
    const key = `${found?.code ?? ''} ${asset.uri}`;
    if (found && !warnings.has(key)) warnings.set(key, found);
  }
  return [...[...known.subtitles.values()].flatMap((file) => file.warnings), ...warnings.values()];
}

function shorterThanClaimed({ field }: AssetRef, audio: AudioInput | undefined): Warning | null {
  if (!audio || audio.claimedUs === null) return null;
  const { claimedUs, facts } = audio;
  if (claimedUs - facts.durationUs <= Math.max(CLAIM_TOLERANCE_US, claimedUs / 100)) return null;
  const message = `this file says it lasts ${inSeconds(claimedUs)}, but ${inSeconds(facts.durationUs)} of audio are in it; the video is as long as those`;
  return { code: 'NARRATION_SHORTER_THAN_CLAIMED', message, field, count: 1 };
}
