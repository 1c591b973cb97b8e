import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toAssDocument } from '../../../src/engine/captions/ass-document.js';
import { prepareFonts, type Fonts } from '../../../src/engine/captions/fonts.js';

let folder: string;
beforeAll(async () => { folder = await mkdtemp(path.join(tmpdir(), 'cutroom-fonts & <x>-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The files that libass takes glyphs from, in the order in which it turns to them. */
async function filesFor(text: string, fonts: Fonts): Promise<string[]> {
  const color = { r: 0, g: 0, b: 0, a: 255 };
  const style = { fontSize: 20, textColor: color, outlineColor: color, outlineWidth: 0, boxColor: null, bold: false, position: 'TOP' as const };
  const track = { kind: 'captions' as const, cues: [{ text, startUs: 0, endUs: 1_000_000 }], style };
  await writeFile(path.join(folder, 'x.ass'), toAssDocument(track, { width: 640, height: 360, frameRate: { num: 30, den: 1 } }));
  const args = ['-nostdin', '-v', 'verbose', '-f', 'lavfi', '-i', 'color=s=640x360', '-vf', 'ass=x.ass', '-frames:v', '1', '-f', 'null', '-'];
  const env = { PATH: process.env.PATH, ...fonts.env };
  const { stderr } = await promisify(execFile)(process.env.CUTROOM_FFMPEG ?? 'ffmpeg', args, { cwd: folder, env });
  return Array.from(stderr.matchAll(/fontselect: \(.*?\) -> (.*?), \d+, /g), (match) => match[1]!);
}

it('lets libass see our fonts and no others, also when several prepare them at once', async () => {
  const [fonts, ...others] = await Promise.all(Array.from({ length: 5 }, () => prepareFonts(folder)));
  for (const other of others) expect(other).toEqual(fonts);
  const files = await filesFor('Hello 你好 안녕 مرحبا שלום', fonts!);
  expect(files.map((file) => path.basename(file))).toEqual([
    'NotoSans-Regular.ttf', 'NotoSansHans-Regular.otf', 'NotoSansKR-Regular.otf', 'NotoNaskhArabic-Regular.ttf', 'NotoSansHebrew-Regular.ttf',
  ]);
  for (const file of files) expect(file.startsWith(folder)).toBe(true);
  // Thai is in none of ours; the machine may have a font that has it.
  for (const file of await filesFor('ไทย', fonts!)) expect(file.startsWith(folder)).toBe(true);
  expect((await readdir(path.dirname(fonts!.env.FONTCONFIG_FILE!))).sort()).toEqual(['cache', 'fonts', 'fonts.conf']);
});

it('draws kana, and the Chinese characters beside them, in Japanese shapes', async () => {
  const files = await filesFor('漢字です', await prepareFonts(folder));
  expect(files.map((file) => path.basename(file))).toEqual(['NotoSansJP-Regular.otf']);
});
