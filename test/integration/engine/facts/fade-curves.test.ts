import { expect, it } from 'vitest';
import type { FadeCurve } from '../../../../src/composition/fade-curve.js';
import { curveGain, curveOption } from '../../../../src/engine/compositor/audio/fade-curves.js';
import { describeBoth } from '../../../support/both-ffmpegs.js';

/** What users are told, as shares of the amplitude at a quarter, a half and three quarters of the way. */
const PROMISED: Readonly<Record<FadeCurve, readonly [number, number, number]>> = {
  LINEAR: [0.25, 0.5, 0.75],
  EQUAL_POWER: [Math.sin(Math.PI / 8), Math.SQRT1_2, Math.cos(Math.PI / 8)],
  S_CURVE: [(1 - Math.SQRT1_2) / 2, 0.5, (1 + Math.SQRT1_2) / 2],
  EXPONENTIAL: [10 ** -3.75, 10 ** -2.5, 10 ** -1.25],
  LOGARITHMIC: [1 + 0.2 * Math.log10(0.25), 1 + 0.2 * Math.log10(0.5), 1 + 0.2 * Math.log10(0.75)],
};
const SAMPLES = 4_800;

describeBoth('the curves of a fade', (tool) => {
  it.each(Object.entries(PROMISED) as [FadeCurve, readonly number[]][])(
    'are those of %s, by afade, by its formula, and backwards',
    async (curve, shares) => {
      const source = `aevalsrc=exprs=1:s=48000:d=0.2,aformat=sample_fmts=fltp`;
      const option = curveOption(curve);
      const rising = await tool.samples(`${source},afade=t=in:start_sample=0:nb_samples=${SAMPLES}${option}[out]`);
      const falling = await tool.samples(`${source},afade=t=out:start_sample=0:nb_samples=${SAMPLES}${option}[out]`);
      const gain = curveGain(`clip(n/${SAMPLES},0,1)`, curve);
      const formula = await tool.samples(`${source},aeval=exprs='val(0)*${gain}'[out]`);
      shares.forEach((share, i) => {
        const at = (SAMPLES * (i + 1)) / 4;
        expect(rising[at]).toBeCloseTo(share, 4);
        expect(falling[SAMPLES - at]).toBeCloseTo(share, 4);
      });
      expect(rising[0]).toBeCloseTo(0, 4);
      for (let n = 0; n <= SAMPLES; n += 1) expect(Math.abs(rising[n]! - formula[n]!), `at ${n}`).toBeLessThan(1e-4);
    },
  );
});
