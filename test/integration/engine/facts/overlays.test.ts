import { expect, it } from 'vitest';
import { describeBoth } from '../../../support/both-ffmpegs.js';

const RATES = ['25', '30000/1001', '24000/1001', '60'];
interface Span {
  readonly start: number;
  readonly length: number;
}

const SPANS: readonly Span[] = [
  { start: 0, length: 10 },
  { start: 7, length: 1 },
  { start: 13, length: 20 },
  { start: 30, length: 15 },
];
const TOTAL = 45;

/** Frames numbered by grey, over black. */
function numbered(rate: string, { start, length }: Span, layer: string, overlay: string): string {
  return [
    `color=c=black:s=16x16:r=${rate},format=yuv420p,trim=end_frame=${TOTAL}[base]`,
    `color=c=black:s=16x16:r=${rate},format=yuv420p,geq=lum='60+4*N':cb=128:cr=128,trim=end_frame=${length},format=yuva420p${layer}[layer]`,
    `[base][layer]overlay=format=yuv420:${overlay},extractplanes=y[out]`,
  ]
    .join(';')
    .replaceAll('START', String(start));
}

const wanted = ({ start, length }: Span) =>
  Array.from({ length: TOTAL }, (_, frame) =>
    frame >= start && frame < start + length ? 60 + 4 * (frame - start) : 16,
  );

describeBoth('a layer that is laid over frames', (tool) => {
  const { frames } = tool;
  // src/engine/compositor/lay-piece.ts places every piece so.
  it.each(RATES)('at %s frames per second stands at its frames by its timestamps, and ends', async (rate) => {
    for (const span of SPANS) {
      const [num, den = '1'] = rate.split('/');
      const timed = `,settb=${den}/${num},setpts=N+START`;
      const { count, at } = await frames(numbered(rate, span, timed, 'eof_action=pass'), '16x16', 'gray');
      expect(Array.from({ length: count }, (_, frame) => at(frame, 8, 8)[0])).toEqual(wanted(span));
    }
  });

  // src/engine/compositor/stack.ts never switches a layer on and off.
  it('shows wrong frames where `enable` places it', async () => {
    let wrong = 0;
    for (const rate of RATES)
      for (const span of SPANS) {
        const { start, length } = span;
        const enable = `eof_action=pass:enable='between(n,${start},${start + length - 1})'`;
        const { at } = await frames(numbered(rate, span, '', enable), '16x16', 'gray');
        if (wanted(span).some((value, frame) => at(frame, 8, 8)[0] !== value)) wrong += 1;
      }
    expect(wrong).toBeGreaterThan(0);
  });

  // src/engine/compositor/lay-piece.ts always says what happens at its end.
  it('prolongs the frames below it unless `eof_action` says otherwise', async () => {
    const span = { start: 30, length: 33 };
    const late = ',settb=1/25,setpts=N+START';
    const graph = (end: string) => numbered('25', span, late, end);
    expect((await frames(graph('eof_action=pass'), '16x16', 'gray')).count).toBe(TOTAL);
    expect((await frames(graph('eof_action=repeat'), '16x16', 'gray')).count).toBeGreaterThan(TOTAL);
  });

  const placed = (format: string, at: number) =>
    `color=c=black:s=32x32:r=1:d=1,format=${format === 'yuv420' ? 'yuv420p' : 'yuv444p'}[a];` +
    `color=c=white:s=8x8:r=1:d=1,format=${format === 'yuv420' ? 'yuva420p' : 'yuva444p'}[b];` +
    `[a][b]overlay=x=${at}:y=${at}:format=${format},extractplanes=y[out]`;
  const edge = (row: readonly number[]) => row.findIndex((value) => value > 120);

  // src/engine/compositor/placement/transform.ts: where frames have a colour for two by two pixels, pictures lie on even ones.
  it('lies on even pixels in 4:2:0, and on every pixel in 4:4:4', async () => {
    for (const [format, at, found] of [
      ['yuv420', 9, 8],
      ['yuv420', 10, 10],
      ['yuv444', 9, 9],
      ['yuv444', 10, 10],
    ] as const) {
      const { at: pixel } = await frames(placed(format, at), '32x32', 'gray');
      const across = Array.from({ length: 32 }, (_, i) => pixel(0, i, 12)[0]!);
      const down = Array.from({ length: 32 }, (_, i) => pixel(0, 12, i)[0]!);
      expect([edge(across), edge(down)], `${format} at ${at}`).toEqual([found, found]);
    }
  });

  const TO_709 = 'scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int';
  const half = (base: string, layer: string, options: string, end: string) =>
    `color=c=0x00C832:s=32x32:r=1:d=1,format=gbrp,${base}[a];` +
    `color=c=0xE61E28:s=32x32:r=1:d=1,format=rgba,lut=a=128,${layer}[b];[a][b]overlay=${options}${end}[out]`;
  const toRgb = ',scale=in_color_matrix=bt709:in_range=tv:out_range=pc:flags=accurate_rnd+full_chroma_int';
  const error = (is: readonly number[]) => Math.max(...[115, 115, 45].map((value, c) => Math.abs(is[c]! - value)));

  // src/engine/compositor/lay-piece.ts and src/engine/compositor/color/convert.ts: alpha mixing is linear, so that YCbCr serves as well as RGB.
  it('is mixed in YCbCr as in RGB where both are BT.709 before', async () => {
    const yuv = half(`${TO_709},format=yuv420p`, `${TO_709},format=yuva420p`, 'format=yuv420', toRgb);
    const rgb = half('null', 'null', 'format=gbrp', '');
    for (const graph of [yuv, rgb])
      expect(error((await frames(graph, '32x32', 'rgb24')).at(0, 16, 16))).toBeLessThan(3);
  });

  // src/engine/compositor/placement/lay.ts and others always name the format, and lay layers with straight alpha only.
  it('is mixed wrongly where the matrix is left out, or alpha is called premultiplied, in old versions', async () => {
    const untold = half(`${TO_709},format=yuv420p`, 'scale,format=yuva420p', 'format=yuv420', toRgb);
    const multiplied = half('null', 'format=gbrap,premultiply=inplace=1', 'format=gbrp:alpha=premultiplied', '');
    if (tool.major >= 8) return;
    for (const graph of [untold, multiplied])
      expect(error((await frames(graph, '32x32', 'rgb24')).at(0, 16, 16))).toBeGreaterThan(6);
  });
});
