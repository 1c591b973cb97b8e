import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAssDocument } from '../../../src/engine/captions/ass-document.js';
import { chooseFonts } from '../../../src/engine/captions/choose-fonts.js';
import { type NamedFont, readFontFolder } from '../../../src/engine/captions/font-folder.js';
import { prepareFonts, type Fonts } from '../../../src/engine/captions/fonts.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutroom-fonts & <x>-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The files that libass takes glyphs from, in the order in which it turns to them. */
async function filesFor(text: string, fonts: Fonts, font: NamedFont | null = null): Promise<string[]> {
  const color = { r: 0, g: 0, b: 0, a: 255 };
  const style = {
    fontSize: 20,
    textColor: color,
    outlineColor: color,
    outlineWidth: 0,
    boxColor: null,
    boxShape: 'TEXT' as const,
    font: null,
    bold: false,
    position: 'TOP' as const,
  };
  const track = { kind: 'captions' as const, field: 'f', cues: [{ text, startUs: 0, endUs: 1_000_000 }], style };
  await writeFile(
    path.join(folder, 'x.ass'),
    toAssDocument(track, { width: 640, height: 360, frameRate: { num: 30, den: 1 }, fonts: { font, ruler: null } })
      .text,
  );
  const args = [
    '-nostdin',
    '-v',
    'verbose',
    '-f',
    'lavfi',
    '-i',
    'color=s=640x360',
    '-vf',
    'ass=x.ass',
    '-frames:v',
    '1',
    '-f',
    'null',
    '-',
  ];
  const env = { PATH: process.env.PATH, ...fonts.env };
  const { stderr } = await promisify(execFile)(process.env.CUTROOM_FFMPEG ?? 'ffmpeg', args, { cwd: folder, env });
  return Array.from(stderr.matchAll(/fontselect: \(.*?\) -> (.*?), \d+, /g), (match) => match[1]!);
}

describe('the fonts of the engine', () => {
  it('are the only ones that libass finds, also when several prepare them at once', async () => {
    const [fonts, ...others] = await Promise.all(Array.from({ length: 5 }, () => prepareFonts(folder)));
    for (const other of others) expect(other).toEqual(fonts);
    const files = await filesFor('Hello 你好 안녕 مرحبا שלום', fonts!);
    expect(files.map((file) => path.basename(file))).toEqual([
      'NotoSans-Regular.ttf',
      'NotoSansHans-Regular.otf',
      'NotoSansKR-Regular.otf',
      'NotoNaskhArabic-Regular.ttf',
      'NotoSansHebrew-Regular.ttf',
    ]);
    for (const file of files) expect(file.startsWith(folder)).toBe(true);
    // Tamil is in none of ours; the machine may have a font that has it.
    for (const file of await filesFor('தமிழ்', fonts!)) expect(file.startsWith(folder)).toBe(true);
    expect((await readdir(path.dirname(fonts!.env.FONTCONFIG_FILE!))).sort()).toEqual(['cache', 'fonts', 'fonts.conf']);
  });

  it.each([
    ['Thai', 'สวัสดีชาวโลกน้ำ', 'NotoSansThai_400Regular.ttf'],
    ['Devanagari', 'नमस्तेक्षत्रिय', 'NotoSans-Regular.ttf'],
    ['Bengali', 'বাংলালেখাশ্রদ্ধা', 'NotoSansBengali_400Regular.ttf'],
    ['Khmer', 'សួស្តីពិភពលោក', 'NotoSansKhmer_400Regular.ttf'],
    ['emoji', '😀👍🏽🎉', 'NotoEmoji_400Regular.ttf'],
  ])('include one for %s', async (_script, text, font) => {
    const files = await filesFor(text, await prepareFonts(folder));
    // The first font is asked first.
    expect(path.basename(files.at(-1)!)).toBe(font);
  });

  it('draw kana, and the Chinese characters beside them, in Japanese shapes', async () => {
    const files = await filesFor('漢字です', await prepareFonts(folder));
    expect(files.map((file) => path.basename(file))).toEqual(['NotoSansJP-Regular.otf']);
  });

  /** A font that our captions do not use, under a name of its own. */
  function packaged(name: string): string {
    return path.resolve(
      path.dirname(createRequire(import.meta.url).resolve(`@embedpdf/fonts-${name.split('/')[0]!}`)),
      '..',
      'fonts',
      path.basename(name),
    );
  }

  /** A collection of one font: its tables stay as they are, further on in the file. */
  function collectionOf(font: Buffer): Buffer {
    const header = Buffer.from([...Buffer.from('ttcf'), 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16]);
    const moved = Buffer.from(font);
    for (let table = 0; table < font.readUInt16BE(4); table += 1) {
      const at = 12 + table * 16 + 8;
      moved.writeUInt32BE(font.readUInt32BE(at) + header.length, at);
    }
    return Buffer.concat([header, moved]);
  }

  it("include the operator's by file name, completed by the fonts of the package", async () => {
    const own = path.join(folder, 'own');
    await mkdir(path.join(own, 'more'), { recursive: true });
    // Three of one family, which libass must not mix up; one with kana; files that are none.
    await copyFile(packaged('latin/NotoSans-BlackItalic.ttf'), path.join(own, 'Aa, & <b>.TTF'));
    await copyFile(packaged('latin/NotoSans-Thin.ttf'), path.join(own, 'thin.otf'));
    await copyFile(packaged('latin/NotoSans-Thin.ttf'), path.join(own, 'twin.ttf'));
    await writeFile(path.join(own, 'light.ttc'), collectionOf(await readFile(packaged('latin/NotoSans-Light.ttf'))));
    await copyFile(packaged('jp/NotoSansJP-Black.otf'), path.join(own, 'kana.otf'));
    await writeFile(path.join(own, 'text.ttf'), 'no font');
    await copyFile(packaged('latin/NotoSans-Black.ttf'), path.join(own, 'more', 'deeper.ttf'));
    await copyFile(packaged('latin/NotoSans-Black.ttf'), path.join(own, '.hidden.ttf'));

    const { fonts: named, unusable } = await readFontFolder(own);
    expect(named.map(({ name, hasKana }) => [name, hasKana])).toEqual([
      ['Aa, & <b>.TTF', false],
      ['kana.otf', true],
      ['light.ttc', false],
      ['thin.otf', false],
      ['twin.ttf', false],
    ]);
    expect(unusable).toEqual([expect.stringMatching(/^text\.ttf: /)]);
    for (const { em } of named) expect(em).toBeGreaterThan(0.5);

    const fonts = await prepareFonts(path.join(folder, 'with-own'), named);
    const used = async (text: string, name: string) =>
      Promise.all(
        (await filesFor(text, fonts, fonts.named.get(name))).map(async (file) => path.basename(await realpath(file))),
      );
    expect(await used('Hello', 'Aa, & <b>.TTF')).toEqual(['Aa, & <b>.TTF']);
    expect(await used('Hello', 'light.ttc')).toEqual(['light.ttc']);
    expect(await used('Hello', 'twin.ttf')).toEqual(['twin.ttf']);
    expect(await used('Hello 你好 안녕', 'thin.otf')).toEqual([
      'thin.otf',
      'NotoSansHans-Regular.otf',
      'NotoSansKR-Regular.otf',
    ]);
    expect(await used('漢字です', 'thin.otf')).toEqual(['NotoSansJP-Regular.otf']);
    expect(await used('漢字です', 'kana.otf')).toEqual(['kana.otf']);
    expect(await filesFor('Hello', fonts)).toEqual([expect.stringMatching(/NotoSans-Regular\.ttf$/)]);
  });

  it('include two whose names differ in case alone, and one whose name XML cannot express', async () => {
    const own = path.join(folder, 'odd');
    await mkdir(own);
    for (const name of ['A.ttf', 'a.TTF', 'bell\u0007.ttf'])
      await copyFile(packaged('latin/NotoSans-Thin.ttf'), path.join(own, name));
    const fonts = await prepareFonts(path.join(folder, 'with-odd'), (await readFontFolder(own)).fonts);
    const used = async (name: string) =>
      Promise.all((await filesFor('Hello', fonts, fonts.named.get(name))).map((file) => realpath(file)));
    expect(fonts.named.size).toBe(3);
    for (const name of fonts.named.keys()) expect(await used(name)).toEqual([path.join(own, name)]);
  });

  it('exclude a font whose copy was cut off, at any byte', async () => {
    const own = path.join(folder, 'cut');
    await mkdir(own);
    const whole = await readFile(packaged('latin/NotoSans-Light.ttf'));
    const lengths = [0, 3, 11, 40, 3_000, 100_000, whole.length - 1_000];
    for (const length of lengths) {
      await writeFile(path.join(own, `${length}.ttf`), whole.subarray(0, length));
      await writeFile(path.join(own, `${length}.ttc`), collectionOf(whole).subarray(0, length));
    }
    const { fonts, unusable } = await readFontFolder(own);
    expect(fonts).toEqual([]);
    expect(unusable).toHaveLength(2 * lengths.length);
  });

  it('fail a render whose font is on another machine, or has gone since the start', async () => {
    const own = path.join(folder, 'gone');
    await mkdir(own);
    await copyFile(packaged('latin/NotoSans-Thin.ttf'), path.join(own, 'a.ttf'));
    const { fonts: named } = await readFontFolder(own);
    const fonts = { own: [], named: new Map(named.map((font) => [font.name, font])) };
    const color = { r: 0, g: 0, b: 0, a: 255 };
    const style = {
      fontSize: 20,
      textColor: color,
      outlineColor: color,
      outlineWidth: 0,
      boxColor: null,
      boxShape: 'TEXT' as const,
      bold: false,
      position: 'TOP' as const,
    };
    const choose = (font: string) => chooseFonts({ ...style, font: { name: font, field: 'f' } }, fonts);
    expect((await choose('a.ttf')).font?.name).toBe('a.ttf');
    await expect(choose('b.ttf')).rejects.toMatchObject({ failure: { reason: 'FONT_NOT_FOUND', field: 'f' } });
    await rm(path.join(own, 'a.ttf'));
    await expect(choose('a.ttf')).rejects.toMatchObject({ failure: { reason: 'FONT_NOT_FOUND', field: 'f' } });
  });

  it('are only those of the package without a folder, and a missing folder is rejected', async () => {
    expect(await readFontFolder(null)).toEqual({ fonts: [], unusable: [] });
    await expect(readFontFolder(path.join(folder, 'nowhere'))).rejects.toThrow('CUTROOM_FONT_FOLDER');
  });
});
