import type { SniffedFormat } from './sniffed-format.js';

/** A brand of the ISO base media format, ISO/IEC 14496-12 and 23008-12, and what a file of it is. The first that is found counts. */
const BRANDS: readonly (readonly [brands: readonly string[], is: SniffedFormat])[] = [
  [['crx '], { kind: 'not-supported', name: 'a camera raw file (Canon CR3)' }],
  // Sequences are tracks, which ffmpeg reads; the single frame beside them is only their cover.
  [['avis'], { kind: 'media', name: 'an AVIF animation' }],
  [['avif'], { kind: 'image', format: 'avif', name: 'an AVIF image' }],
  [
    ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'],
    { kind: 'image', format: 'heif', name: 'a HEIC image' },
  ],
  [['jxs ', 'jxsc'], { kind: 'not-supported', name: 'a JPEG XS image' }],
  [['j2ki', 'j2is'], { kind: 'not-supported', name: 'a JPEG 2000 image' }],
  [
    ['avci', 'avcs', 'vvic', 'vvis', 'evbi', 'jpeg', 'jpgs', 'mif1', 'mif2', 'msf1', 'miaf'],
    { kind: 'image', format: 'heif', name: 'a HEIF image' },
  ],
  [['isml', 'piff'], { kind: 'media', name: 'a Smooth Streaming file' }],
];

/** The image and video formats of the ISO family, told by their brands. Null: it is none of them. */
export function sniffIsoBrands(text: string): SniffedFormat | null {
  const type = text.slice(4, 8);
  if (type !== 'ftyp') return OLD_QUICKTIME.includes(type) ? { kind: 'media', name: 'a QuickTime file' } : null;
  const size = sizeOf(text);
  const end = Math.min(text.length, Math.max(size, 16));
  const major = text.slice(8, 12);
  const brands = [major];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text.slice(at, at + 4));
  // The brand that the file is meant to be counts before those that it may also be read as.
  const find = (candidates: readonly string[]) =>
    BRANDS.find(([known]) => known.some((brand) => candidates.includes(brand)))?.[1];
  const own = isGeneric(major) ? undefined : find([major]);
  if (own) return own;
  if (isVideo(major)) return { kind: 'media', name: 'an MP4 or QuickTime file' };
  return find(brands) ?? { kind: 'media', name: 'an MP4 or QuickTime file' };
}

/** Boxes that a file without `ftyp` may begin with. */
const OLD_QUICKTIME = ['moov', 'mdat', 'wide', 'free', 'skip', 'pnot', 'moof', 'styp'];

function isGeneric(brand: string): boolean {
  return brand === 'mif1' || brand === 'msf1' || brand === 'miaf' || brand === 'mif2';
}

function isVideo(brand: string): boolean {
  return /^(?:iso[m0-9a-f]|mp4[0-9]|avc1|qt {2}|M4[AVBP] |3g[p2].|dash|MSNV|XAVC|f4v |mmp4|NDSC|dby1)$/.test(brand);
}

function sizeOf(text: string): number {
  return [0, 1, 2, 3].reduce((size, i) => size * 256 + text.charCodeAt(i), 0);
}
