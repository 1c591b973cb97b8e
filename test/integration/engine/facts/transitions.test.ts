import { expect, it } from 'vitest';
import { describeBoth } from '../../../support/both-ffmpegs.js';

const FADE = { from: 20, frames: 15 } as const;
const RATE = 25;
const seconds = (frames: number) => (frames / RATE).toFixed(6);

/** From a picture that changes to another one; from a frame of the whole on. */
function faded(kind: string, first: number): string {
  const side = (source: string, from: number) =>
    `${source}=s=64x48:r=${RATE}:d=4,format=gbrp,trim=start_frame=${from}:end_frame=60,settb=1/${RATE},setpts=N`;
  const times = `duration=${seconds(FADE.frames)}:offset=${seconds(FADE.from - first)}`;
  // The second side begins with the fade, or within it.
  const late = Math.max(0, first - FADE.from);
  return `${side('testsrc2', first)}[a];${side('testsrc', late)}[b];[a][b]xfade=transition=${kind}:${times},trim=end_frame=${50 - first}[out]`;
}

describeBoth('a transition', ({ frames }) => {
  // src/engine/compositor/joins.ts (`crossed`): sections begin and end anywhere.
  it.each(['fade', 'wiperight', 'circleopen', 'dissolve', 'slideright', 'pixelize'])(
    'of the kind %s goes on in the middle with a negative offset',
    async (kind) => {
      const whole = await frames(faded(kind, 0), '64x48', 'rgb24');
      expect(whole.count).toBe(50);
      for (const cut of [21, 27, 34]) {
        const rest = await frames(faded(kind, cut), '64x48', 'rgb24');
        expect(rest.count, `from frame ${cut}`).toBe(50 - cut);
        rest.all.forEach((picture, i) => {
          expect(picture.equals(whole.all[cut + i]!), `frame ${cut + i} from ${cut}`).toBe(true);
        });
      }
    },
  );

  // src/engine/compositor/cross.ts draws the mirror image: their first frame has what lies in memory before the picture in 5.1.
  it.each([
    ['slideleft', 'slideright', 'hflip'],
    ['slideup', 'slidedown', 'vflip'],
  ])('by %s is the mirror image of that by %s', async (kind, mirrored, flip) => {
    const sides = 'testsrc2=s=64x48:r=25:d=1,format=gbrp[a0];testsrc=s=64x48:r=25:d=1,format=gbrp[b0];';
    const times = 'duration=0.6:offset=0.2';
    const direct = await frames(`${sides}[a0][b0]xfade=transition=${kind}:${times}[out]`, '64x48', 'rgb24');
    const turned = `${sides}[a0]${flip}[a];[b0]${flip}[b];[a][b]xfade=transition=${mirrored}:${times},${flip}[out]`;
    const other = await frames(turned, '64x48', 'rgb24');
    for (const frame of [0, 4, 8, 13, 19]) {
      const same = [...direct.all[frame]!].filter((value, i) => Math.abs(value - other.all[frame]![i]!) < 3).length;
      // They may be a line apart.
      expect(same / direct.all[frame]!.length, `frame ${frame}`).toBeGreaterThan(0.8);
    }
  });
});
