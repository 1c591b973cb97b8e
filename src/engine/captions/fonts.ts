import { createRequire } from 'node:module';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { NamedFont } from './font-folder.js';

/** The family that captions ask for; what it lacks is taken from the others. */
export const CAPTION_FAMILY = 'Noto Sans';
export const JAPANESE_FAMILY = 'Noto Sans Japanese';
const EMOJI_FAMILY = 'Noto Emoji';

/** A family and the npm package that it is in. */
interface FontPackage {
  readonly family: string;
  readonly name: string;
}

/** All under the SIL Open Font License, in the order in which they are asked for a character that the one before lacks. Emoji last: they have digits too. */
const PACKAGES: readonly FontPackage[] = [
  // Latin, Greek, Cyrillic and Devanagari.
  { family: CAPTION_FAMILY, name: '@embedpdf/fonts-latin' },
  { family: 'Noto Sans S Chinese', name: '@embedpdf/fonts-sc' },
  { family: JAPANESE_FAMILY, name: '@embedpdf/fonts-jp' },
  { family: 'Noto Sans Korean', name: '@embedpdf/fonts-kr' },
  { family: 'Noto Naskh Arabic', name: '@embedpdf/fonts-arabic' },
  { family: 'Noto Sans Hebrew', name: '@embedpdf/fonts-hebrew' },
  { family: 'Noto Sans Thai', name: '@expo-google-fonts/noto-sans-thai' },
  { family: 'Noto Sans Bengali', name: '@expo-google-fonts/noto-sans-bengali' },
  { family: 'Noto Sans Khmer', name: '@expo-google-fonts/noto-sans-khmer' },
  { family: EMOJI_FAMILY, name: '@expo-google-fonts/noto-emoji' },
];

/** Emoji in colour, for drawings: libass cannot draw them. In the format COLR, one weight. SIL Open Font License. */
const COLOR_EMOJI = { name: '@expo-google-fonts/noto-color-emoji', file: 'NotoColorEmoji_400Regular.ttf' };

/** Every family that captions may be set in. */
export const CAPTION_FAMILIES: readonly string[] = PACKAGES.map(({ family }) => family);

/** A family of ours: one file for each weight. */
export interface OwnFont {
  readonly regular: string;
  readonly bold: string;
  readonly isJapanese: boolean;
  /** Emoji in one colour. */
  readonly isEmoji: boolean;
}

/** Fonts that captions are drawn with: our own and the operator's, and no other that the machine may have. */
export interface Fonts {
  /** For ffmpeg's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Our own, in the order in which they are asked for a character. */
  readonly own: readonly OwnFont[];
  /** The file with emoji in colour, for what libass does not draw. */
  readonly colorEmoji: string;
  /** The operator's fonts by their files' names. */
  readonly named: ReadonlyMap<string, NamedFont>;
}

/**
 * Lays out a folder with links to the fonts of our packages, and to the operator's, and a fontconfig configuration that names only it, so that
 * captions look the same on every machine. Safe to call again, and by several processes at once.
 * @throws when a font package is not installed or the folder cannot be written.
 */
export async function prepareFonts(folder: string, named: readonly NamedFont[] = []): Promise<Fonts> {
  const own = await Promise.all(PACKAGES.map(ownFont));
  const colorEmoji = await colorEmojiFile();
  const files = own.flatMap(({ regular, bold }) => [bold, regular]);
  const version = createHash('sha256')
    .update([...files, ...named.map((font) => `${font.file} ${font.version}`)].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const home = path.resolve(folder, version);
  const links = path.join(home, 'fonts');
  // A folder of its own for the operator's fonts.
  const namedLinks = path.join(links, 'named');
  await mkdir(namedLinks, { recursive: true });
  // By fontconfig it would be open to all, whatever the umask.
  const cache = path.join(home, 'cache');
  await mkdir(cache, { recursive: true, mode: 0o700 });
  await Promise.all([
    ...files.map((file) => link(file, path.join(links, path.basename(file)))),
    ...named.map((font) => link(font.file, linkOf(font, namedLinks))),
  ]);
  const configFile = path.join(home, 'fonts.conf');
  // Complete or not there: another process may read it at this moment.
  const draft = `${configFile}.${randomUUID()}`;
  await writeFile(draft, fontconfig({ links, namedLinks, cache, named }));
  await rename(draft, configFile);
  const env = { FONTCONFIG_FILE: configFile };
  return { env, own, colorEmoji, named: new Map(named.map((font) => [font.name, font])) };
}

async function colorEmojiFile(): Promise<string> {
  const file = (await fontFiles(COLOR_EMOJI.name)).find((found) => path.basename(found) === COLOR_EMOJI.file);
  if (file === undefined) throw new Error(`the package ${COLOR_EMOJI.name} lacks a font`);
  return file;
}

async function ownFont({ family, name }: FontPackage): Promise<OwnFont> {
  const files = await fontFiles(name);
  const [regular, bold] = ['Regular', 'Bold'].map((weight) => files.find((file) => WEIGHT.exec(file)?.[1] === weight));
  if (regular === undefined || bold === undefined) throw new Error(`the package ${name} lacks a font`);
  return { regular, bold, isJapanese: family === JAPANESE_FAMILY, isEmoji: family === EMOJI_FAMILY };
}

/** `NotoSans-Bold.ttf`, `NotoSansThai_700Bold.ttf`; not `…ExtraBold`, nor `…BoldItalic`. */
const WEIGHT = /[-_](?:[47]00)?(Regular|Bold)\.(ttf|otf)$/;

/** The font files of a package, which lie in `fonts` in its root, or in a folder for each weight. */
async function fontFiles(name: string): Promise<string[]> {
  // Some packages export only their index, which may lie in a folder.
  const index = createRequire(import.meta.url).resolve(name);
  const root = index.slice(0, index.lastIndexOf(path.normalize(name)) + name.length);
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(root, entry.name));
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((file) => path.join(folder, file))),
  );
  return names.flat();
}

/** The folder is named after what it links to, so that a link that is there is the right one. */
async function link(target: string, at: string): Promise<void> {
  await symlink(target, at).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}

interface FontLayout {
  readonly links: string;
  readonly namedLinks: string;
  readonly cache: string;
  readonly named: readonly NamedFont[];
}

function fontconfig({ links, namedLinks, cache, named }: FontLayout): string {
  const families = (names: readonly string[]) => names.map((name) => `<family>${escapeXml(name)}</family>`).join('');
  const fallback = (name: string, others: readonly string[]) =>
    `  <alias>${families([name])}<accept>${families(others)}</accept></alias>`;
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${escapeXml(links)}</dir>
  <cachedir>${escapeXml(cache)}</cachedir>
${[fallback(CAPTION_FAMILY, CAPTION_FAMILIES.slice(1)), ...named.map(({ family }) => fallback(family, CAPTION_FAMILIES))].join('\n')}
${named.map((font) => renamed(font, namedLinks)).join('')}</fontconfig>
`;
}

/** Not by its own name: fontconfig takes `A.ttf` and `a.ttf` for the same, and XML has no way to write some characters. */
function linkOf({ name, family }: NamedFont, folder: string): string {
  return path.join(folder, `${family}${path.extname(name).toLowerCase()}`);
}

/** Of a collection only its first font, as Pillow does. */
function renamed(font: NamedFont, folder: string): string {
  const { name, family } = font;
  const first = /\.ttc$/i.test(name) ? '<test name="index"><int>0</int></test>' : '';
  return `  <match target="scan">
    <test name="file"><string>${escapeXml(linkOf(font, folder))}</string></test>${first}
    <edit name="family"><string>${escapeXml(family)}</string></edit>
  </match>
`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
