import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { squareFont } from '../../../fixtures/square-font.js';
import { describeBoth } from '../../../support/both-ffmpegs.js';

interface Document {
  readonly text: string;
  readonly size?: number;
  readonly matrix?: string;
}

/** White, at the left upper corner. */
function ass({ text, size = 100, matrix = 'TV.709' }: Document): string {
  return [
    '[Script Info]',
    'ScriptType: v4.00+',
    'PlayResX: 320',
    'PlayResY: 240',
    ...(matrix ? [`YCbCr Matrix: ${matrix}`] : []),
    '[V4+ Styles]',
    'Format: Name, Fontname, Fontsize, PrimaryColour, BackColour, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV',
    `Style: Default,Square,${size},&H00FFFFFF,&H00000000,1,0,0,7,10,10,10`,
    '[Events]',
    'Format: Layer, Start, End, Style, Text',
    `Dialogue: 0,0:00:00.00,0:00:10.00,Default,${text}`,
  ].join('\n');
}

describeBoth('text of the subtitle filter', (tool) => {
  beforeAll(async () => {
    await mkdir(path.join(tool.folder, 'fonts'));
    // Its lines are one and a half times as high as its em.
    await writeFile(path.join(tool.folder, 'fonts', 'square.ttf'), squareFont({ ascent: 1_300 }));
  });

  async function draw(document: Document, ground: string, format: string) {
    await writeFile(path.join(tool.folder, 'text.ass'), ass(document));
    return tool.frames(`${ground},ass=text.ass:fontsdir=fonts[out]`, '320x240', format);
  }
  const black = 'color=c=black:s=320x240:r=1:d=1';

  // src/engine/captions/typeface.ts.
  it.each([60, 100, 150])('of size %i is as high as the ascent and the descent of its font', async (size) => {
    const { at } = await draw({ text: 'X', size }, `${black},format=yuv444p`, 'gray');
    const row = Array.from({ length: 320 }, (_, x) => at(0, x, 10 + Math.floor(size * 0.6))[0]!);
    expect(Math.abs(row.filter((value) => value > 126).length - size / 1.5)).toBeLessThan(1.5);
  });

  // src/engine/compositor/captions.ts (`captionsOnNothing`) works around it.
  it('leaves the alpha of frames as it is', async () => {
    const { at } = await draw({ text: 'X' }, `${black},format=yuva444p,lut=a=0`, 'rgba');
    expect(at(0, 40, 90)[3]).toBe(0);
  });

  it('moves by parts of a pixel', async () => {
    const start = { text: '{\\move(10,10,40,10,0,9000)}X', size: 90 };
    await writeFile(path.join(tool.folder, 'text.ass'), ass(start));
    const ground = 'color=c=black:s=320x240:r=30:d=1,format=yuv444p';
    const { all } = await tool.frames(`${ground},ass=text.ass:fontsdir=fonts[out]`, '320x240', 'gray');
    const edge = (picture: Buffer) => {
      const row = picture.subarray(70 * 320, 71 * 320);
      return 320 - row.subarray(0, 40).reduce((sum, value) => sum + value, 0) / Math.max(...row);
    };
    const places = all.map(edge);
    const steps = places.slice(1).map((place, i) => place - places[i]!);
    for (const step of steps) expect(Math.abs(step - 30 / 9 / 30)).toBeLessThan(0.12);
  });
});
