import type { Keyframes } from '../../../composition/animated.js';
import { SAMPLE_RATE } from '../../../composition/composition.js';
import { expressionOf } from '../expression.js';

/** Filters that `envelopeChain` uses, and the one that multiplies sound with it. */
export const ENVELOPE_FILTERS = ['aevalsrc', 'aformat', 'amultiply', 'atrim'];

export const AUDIO_FORMAT = `aformat=sample_fmts=fltp:sample_rates=${SAMPLE_RATE}:channel_layouts=stereo`;

/** A gain as samples to multiply with, for `amultiply`: `volume` changes only every 1,024 samples, which is heard. */
export function envelopeChain(gainDb: Keyframes, samples: number, pad: string): string {
  const gain = `pow(10,(${expressionOf(gainDb, 'n')})/20)`;
  return `aevalsrc=exprs='${gain}|${gain}':channel_layout=stereo:sample_rate=${SAMPLE_RATE},${AUDIO_FORMAT},atrim=end_sample=${samples}[${pad}]`;
}
