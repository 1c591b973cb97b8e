import { expect, it } from 'vitest';
import { describeBoth, type Frames } from '../../../support/both-ffmpegs.js';

/** A yellow disc with a hard edge, of which transparent pixels are black. */
const DISC = "color=c=0xF0D228:s=160x160:r=1:d=1,format=rgba,geq=r='240*IN':g='210*IN':b='40*IN':a='255*IN'".replaceAll(
  'IN',
  'lt(hypot(X-79.5,Y-79.5),70)',
);
const GREY = 'color=c=0x808080:s=100x100:r=1:d=1,format=gbrp';

/** The darkest of what is mixed of yellow and grey: at the rim of the disc. */
function darkest({ all }: Frames): number {
  return Math.min(...Array.from({ length: 100 * 100 }, (_, i) => all[0]![i * 3 + 1]!));
}

describeBoth('a layer with alpha of its own', (tool) => {
  const { frames } = tool;
  const scaled = (filters: string) => `${DISC},format=gbrap,${filters}[a];${GREY}[b];[b][a]overlay=format=gbrp[out]`;

  // src/engine/compositor/color/convert.ts (`scaledWithAlpha`).
  it('keeps its edge when it is scaled with colours multiplied by alpha', async () => {
    const graph = scaled('premultiply=inplace=1,scale=100:100,unpremultiply=inplace=1');
    expect(darkest(await frames(graph, '100x100', 'rgb24'))).toBeGreaterThan(122);
  });

  it('has a dark rim when it is scaled as it is', async () => {
    expect(darkest(await frames(scaled('scale=100:100'), '100x100', 'rgb24'))).toBeLessThan(115);
  });

  // src/engine/compositor/joins.ts (`straightAlpha`) and src/engine/compositor/placement/alpha-transition.ts.
  it('shows its hidden colour in a transition unless colours are multiplied by alpha', async () => {
    const side = (color: string, alpha: number, more: string) =>
      `color=c=${color}:s=16x16:r=10:d=1,format=gbrap,lut=a=${alpha}${more}`;
    const middle = async (before: string, after: string) => {
      const sides = `${side('red', 128, before)}[a];${side('blue', 0, before)}[b];`;
      const graph = `${sides}[a][b]xfade=duration=0.8:offset=0.1${after}[out]`;
      return (await frames(graph, '16x16', 'rgba')).at(5, 8, 8);
    };
    const [red, , blue, alpha] = await middle(',premultiply=inplace=1', ',unpremultiply=inplace=1');
    expect(red).toBeGreaterThan(245);
    expect(blue).toBeLessThan(10);
    expect(Math.abs(alpha! - 64)).toBeLessThan(4);
    expect((await middle('', ''))[2]).toBeGreaterThan(100);
  });

  // src/engine/compositor/placement/alpha-transition.ts (`WITHOUT_ALPHA`).
  it.each(['fadeblack', 'fadewhite', 'circlecrop', 'rectcrop'])(
    'becomes opaque in a transition by %s',
    async (kind) => {
      const side = 'color=c=red:s=16x16:r=10:d=1,format=gbrap,lut=a=0,premultiply=inplace=1';
      const graph = `${side}[a];${side}[b];[a][b]xfade=transition=${kind}:duration=0.8:offset=0.1[out]`;
      const { at } = await frames(graph, '16x16', 'rgba');
      expect(Math.max(at(5, 0, 0)[3]!, at(4, 0, 0)[3]!)).toBeGreaterThan(200);
    },
  );

  // src/engine/compositor/color/with-alpha.ts divides by itself.
  it('is divided by alpha without a mark of `premultiply` in old versions only', async () => {
    const halved =
      'color=c=0x640000:s=16x16:r=1:d=1,format=gbrp[c];color=c=black:s=16x16:r=1:d=1,format=gray,lut=y=128[a];';
    const merged = `${halved}[c]format=gbrap[d];[d][a]alphamerge`;
    const [red] = (await frames(`${merged},unpremultiply=inplace=1[out]`, '16x16', 'rgba')).at(0, 8, 8);
    if (tool.major < 8) expect(Math.abs(red! - 199)).toBeLessThan(4);
    else expect(Math.abs(red! - 199)).toBeGreaterThan(20);
    const divided =
      `${halved}[a]split[a1][a2];[a1]lut=y='max(val,1)',scale=in_range=pc:out_range=pc,format=gbrp[a3];` +
      '[c][a3]blend=all_mode=divide[q];[q][a2]alphamerge[out]';
    expect(Math.abs((await frames(divided, '16x16', 'rgba')).at(0, 8, 8)[0]! - 199)).toBeLessThan(4);
  });

  // src/engine/compositor/placement/masked.ts.
  it('takes grey of full range for its alpha as it is', async () => {
    for (const alpha of [0, 16, 128, 235, 255]) {
      const grey = `color=c=black:s=16x16:r=1:d=1,format=gray,lut=y=${alpha}`;
      const graph = `color=c=red:s=16x16:r=1:d=1,format=yuva444p[c];${grey}[a];[c][a]alphamerge[out]`;
      expect((await frames(graph, '16x16', 'rgba')).at(0, 8, 8)[3]).toBe(alpha);
    }
  });

  // src/engine/compositor/opacity.ts: two by two pixels, enlarged, and no `geq` or `sendcmd` on the whole.
  it('gets the opacity of each frame from a small grey picture', async () => {
    const opacity =
      "color=c=black:s=2x2:r=30,format=gray,trim=end_frame=30,geq=lum='255*pow(N/29,2)',scale=32:32:flags=neighbor,format=gray[m]";
    const graph = `${opacity};color=c=red:s=32x32:r=30:d=1,format=yuva444p[c];[c][m]alphamerge[out]`;
    const { count, at } = await frames(graph, '32x32', 'rgba');
    expect(count).toBe(30);
    for (let frame = 0; frame < 30; frame += 1)
      expect(Math.abs(at(frame, 16, 16)[3]! - 255 * (frame / 29) ** 2)).toBeLessThan(2);
  });
});
