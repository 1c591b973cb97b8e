import { expect, it } from 'vitest';
import { describeBoth } from '../../../support/both-ffmpegs.js';

const BELOW = [200, 90, 40] as const;
const ABOVE = [60, 150, 220] as const;
const hex = (color: readonly number[]) => `0x${color.map((value) => value.toString(16).padStart(2, '0')).join('')}`;

const multiply = (below: number, above: number) => below * above;
const screen = (below: number, above: number) => below + above - below * above;
const hardLight = (below: number, above: number) =>
  above <= 0.5 ? multiply(below, 2 * above) : screen(below, 2 * above - 1);

/** By CSS, of shares from 0 to 1. The first picture that `blend` gets, as in src/engine/compositor/placement/blend.ts (`MODES`). */
const MODES = {
  multiply: { first: 'below', formula: multiply },
  screen: { first: 'below', formula: screen },
  overlay: { first: 'below', formula: (below, above) => hardLight(above, below) },
  hardlight: { first: 'below', formula: hardLight },
  darken: { first: 'below', formula: Math.min },
  lighten: { first: 'below', formula: Math.max },
  dodge: { first: 'above', formula: (below, above) => Math.min(1, below / (1 - above)) },
  burn: { first: 'above', formula: (below, above) => 1 - Math.min(1, (1 - below) / above) },
  difference: { first: 'below', formula: (below, above) => Math.abs(below - above) },
  exclusion: { first: 'below', formula: (below, above) => below + above - 2 * below * above },
  addition: { first: 'below', formula: (below, above) => Math.min(1, below + above) },
} as const satisfies Readonly<
  Record<string, { first: 'below' | 'above'; formula: (below: number, above: number) => number }>
>;

type Mode = keyof typeof MODES;

describeBoth('a blend mode', ({ frames }) => {
  async function error(mode: Mode, first: 'below' | 'above', convert: string): Promise<number> {
    const picture = (color: readonly number[], pad: string) =>
      `color=c=${hex(color)}:s=16x16:r=1:d=1,format=gbrp${convert}[${pad}]`;
    const order = first === 'below' ? '[below][above]' : '[above][below]';
    const back = convert ? ',scale=in_color_matrix=bt709:flags=accurate_rnd' : '';
    const graph = `${picture(BELOW, 'below')};${picture(ABOVE, 'above')};${order}blend=all_mode=${mode}${back}[out]`;
    const is = (await frames(graph, '16x16', 'rgb24')).at(0, 8, 8);
    const { formula } = MODES[mode];
    return Math.max(...BELOW.map((below, c) => Math.abs(is[c]! - 255 * formula(below / 255, ABOVE[c]! / 255))));
  }

  // src/engine/compositor/placement/blend.ts.
  it.each(Object.keys(MODES) as Mode[])(
    '%s has the formula of CSS in RGB, with its pictures in this order',
    async (mode) => {
      expect(await error(mode, MODES[mode].first, '')).toBeLessThan(3);
    },
  );

  it.each(['overlay', 'hardlight', 'dodge', 'burn'] as const)(
    '%s is another with its pictures in the other order',
    async (mode) => {
      expect(await error(mode, MODES[mode].first === 'below' ? 'above' : 'below', '')).toBeGreaterThan(10);
    },
  );

  it('means something else in YCbCr', async () => {
    const yuv = ',scale=out_color_matrix=bt709:flags=accurate_rnd,format=yuv444p';
    for (const mode of ['multiply', 'screen', 'difference'] as const)
      expect(await error(mode, 'below', yuv)).toBeGreaterThan(15);
  });
});
