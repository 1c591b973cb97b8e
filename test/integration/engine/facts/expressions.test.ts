import { expect, it } from 'vitest';
import { describeBoth } from '../../../support/both-ffmpegs.js';

/** A picture that moves by a pixel in each frame, by one key for each of so many frames. */
const moving = (x: string, length: number) =>
  `color=c=black:s=64x16:r=30,format=yuv444p,trim=end_frame=${length}[a];` +
  `color=c=white:s=8x16:r=30,format=yuva444p,trim=end_frame=${length}[b];[a][b]overlay=x='${x.replaceAll('N', 'round(t*30)')}':format=yuv444,extractplanes=y[out]`;

const chain = (keys: number) => {
  let text = String(keys % 50);
  for (let key = keys - 1; key >= 0; key -= 1) text = `if(lt(N,${key + 1}),${key % 50},${text})`;
  return text;
};
const sum = (keys: number) =>
  Array.from({ length: keys }, (_, key) => `between(N,${key},${key})*${key % 50}`).join('+');
const tree = (from: number, to: number): string => {
  if (to - from === 1) return String(from % 50);
  const middle = (from + to) >> 1;
  return `if(lt(N,${middle}),${tree(from, middle)},${tree(middle, to)})`;
};

describeBoth('an expression', ({ frames, succeeds }) => {
  // src/engine/compositor/expression.ts.
  it('may be a tree of a thousand keys', async () => {
    const { count, at } = await frames(moving(tree(0, 1_000), 130), '64x16', 'gray');
    expect(count).toBe(130);
    for (const frame of [0, 1, 49, 50, 77, 129]) {
      const row = Array.from({ length: 64 }, (_, x) => at(frame, x, 8)[0]!);
      expect(
        row.findIndex((value) => value > 120),
        `frame ${frame}`,
      ).toBe(frame % 50);
    }
  });

  it.each([
    ['a chain of conditions', chain],
    ['a sum', sum],
  ])('is refused as %s of 120 keys', async (_, of) => {
    await expect(frames(moving(of(120), 2), '64x16', 'gray')).rejects.toThrow();
  });

  // src/engine/compositor/joins.ts (`seconds`) writes them with one.
  it('of a time is refused without a digit before its point', async () => {
    const fade = (duration: string) => [
      ...['-f', 'lavfi', '-i', 'color=s=16x16:d=1', '-f', 'lavfi', '-i', 'color=c=red:s=16x16:d=1'],
      ...['-filter_complex', `[0][1]xfade=duration=${duration}:offset=0.1`, '-f', 'null', '-'],
    ];
    expect(await succeeds(fade('0.333'))).toBe(true);
    expect(await succeeds(fade('.333'))).toBe(false);
  });
});
