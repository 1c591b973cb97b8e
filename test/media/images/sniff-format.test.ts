import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sniffFormat } from '../../../src/engine/images/sniff-format.js';
import { createMediaKit, type MediaKit } from '../../fixtures/media-kit.js';
import { writeHeif } from '../../fixtures/heif-file.js';
import { colorAnimation, quartersImage } from '../../fixtures/quarters-image.js';

const sniff = (bytes: string | Uint8Array) =>
  sniffFormat(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
const ftyp = (major: string, ...compatible: string[]) =>
  `\0\0\0${String.fromCharCode(16 + compatible.length * 4)}ftyp${major}\0\0\0\0${compatible.join('')}\0\0\0\x08free`;

/** A TIFF of tags in one directory, little-endian. */
function tiff(...tags: readonly (readonly [tag: number, value: number])[]): Buffer {
  const bytes = Buffer.alloc(8 + 2 + tags.length * 12 + 4);
  bytes.write('II*\0\x08\0\0\0', 'latin1');
  bytes.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag, value], i) => {
    bytes.writeUInt16LE(tag, 10 + i * 12);
    bytes.writeUInt16LE(4, 12 + i * 12);
    bytes.writeUInt32LE(1, 14 + i * 12);
    bytes.writeUInt32LE(value, 18 + i * 12);
  });
  return bytes;
}

describe('sniffFormat', () => {
  it.each([
    ['8BPS\0\x01', 'a Photoshop document (PSD)'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG drawing'],
    [
      '<?xml version="1.0"?>\n<!-- made by hand -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [ <!ENTITY a "b"> ]>\n<svg:svg>',
      'an SVG drawing',
    ],
    ['\xff\x0a\xfa\x1f', 'a JPEG XL image'],
    ['\0\0\0\x0cJXL \r\n\x87\n', 'a JPEG XL image'],
    ['\0\0\0\x0cjP  \r\n\x87\n', 'a JPEG 2000 image'],
    ['\xff\x4f\xff\x51\0', 'a JPEG 2000 image'],
    ['%PDF-1.7\n', 'a PDF document'],
    ['MThd\0\0\0\x06', 'a MIDI file'],
    ['\0\0\x01\0\x01\0', 'an icon (ICO)'],
    ['II*\0\x10\0\0\0CR\x02\0', 'a camera raw file (Canon CR2)'],
    [ftyp('crx ', 'crx ', 'isom'), 'a camera raw file (Canon CR3)'],
    [tiff([256, 100], [50_706, 0x0401]).toString('latin1'), 'a camera raw file (DNG)'],
    [tiff([254, 1], [271, 0], [330, 0]).toString('latin1'), 'a camera raw file'],
  ])('names a format without a reader: %#', (head, name) => {
    expect(sniff(head)).toEqual({ kind: 'not-supported', name });
  });

  it.each([
    ['<!DOCTYPE html><html><head>', 'an HTML page'],
    ['\xef\xbb\xbf\n  <!-- saved -->\n<HTML lang="en">', 'an HTML page'],
    ['<head><title>Sign in</title>', 'an HTML page'],
    [
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
      'an error message of a storage service (XML)',
    ],
    ['<?xml version="1.0"?><rss version="2.0">', 'an XML document'],
    ['{"error": "not found"}', 'a JSON file'],
    ['Not Found\n', 'a text file'],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:', 'a Git LFS pointer in place of a file'],
    ['#EXTM3U\n#EXT-X-VERSION:3\n', 'a playlist (M3U or HLS)'],
    ['PK\x03\x04\x14\0', 'a ZIP archive or an office document'],
    ['\x1f\x8b\x08\0', 'a gzip archive'],
    ['\x7fELF\x02', 'a program'],
  ])('names content that is no media: %#', (head, name) => {
    expect(sniff(head)).toEqual({ kind: 'not-media', name });
  });

  it('recognizes HEIF by its brands', () => {
    const formatOf = (head: string) => {
      const sniffed = sniff(head);
      return sniffed.kind === 'image' ? sniffed.format : sniffed.kind;
    };
    expect(formatOf(ftyp('heic', 'mif1', 'heic'))).toBe('heif');
    expect(formatOf(ftyp('mif1', 'mif1', 'heic'))).toBe('heif');
    expect(formatOf(ftyp('mif1', 'mif1', 'avif', 'miaf'))).toBe('avif');
    expect(formatOf(ftyp('avif', 'mif1', 'miaf'))).toBe('avif');
    expect(formatOf(ftyp('avis', 'avif', 'msf1', 'iso8', 'mif1'))).toBe('media');
    expect(formatOf(ftyp('isom', 'iso2', 'avc1', 'mp41'))).toBe('media');
    expect(formatOf(ftyp('qt  '))).toBe('media');
    expect(formatOf(ftyp('M4A ', 'mp42', 'isom'))).toBe('media');
  });

  it('returns unknown for unknown and for empty content', () => {
    expect(sniff('')).toEqual({ kind: 'unknown' });
    expect(sniff(Buffer.from([1, 2, 3, 4, 0, 0, 0, 9, 200, 201]))).toEqual({ kind: 'unknown' });
  });

  it('reads any beginning without an error', () => {
    let state = 7;
    for (let round = 0; round < 3000; round += 1) {
      const bytes = Buffer.from(
        Array.from({ length: round % 40 }, () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 24),
      );
      const start = Buffer.from(['II*\0', 'MM\0*', '\0\0\0\x20ftyp', '<?xml', 'RIFF', ''][round % 6]!, 'latin1');
      expect(sniff(Buffer.concat([start, bytes]))).toHaveProperty('kind');
    }
  });
});

describe('sniffFormat on files as encoders write them', () => {
  let kit: MediaKit;
  beforeAll(async () => {
    kit = await createMediaKit();
    await quartersImage().removeAlpha().png().toFile(kit.path('a.png'));
  });
  afterAll(() => kit.remove());

  const kindOf = async (name: string) => {
    const sniffed = sniff(await readFile(kit.path(name)));
    return sniffed.kind === 'image' ? sniffed.format : sniffed.kind;
  };

  it('recognizes images', async () => {
    const image = quartersImage().removeAlpha();
    await image.clone().jpeg().toFile(kit.path('a.jpg'));
    await image.clone().webp().toFile(kit.path('a.webp'));
    await image.clone().tiff().toFile(kit.path('a.tif'));
    await image.clone().avif().toFile(kit.path('a.avif'));
    await (await colorAnimation(['#f00', '#0f0'])).gif().toFile(kit.path('a.gif'));
    await writeHeif(kit.path('a.heic'), kit.path('a.png'), { codec: 'hevc' });
    for (const name of ['a.bmp', 'a.ppm', 'a.pam']) await kit.make(name, ['-i', kit.path('a.png')]);
    const found: Record<string, string> = {};
    for (const name of ['a.jpg', 'a.png', 'a.webp', 'a.tif', 'a.avif', 'a.gif', 'a.heic', 'a.bmp', 'a.ppm', 'a.pam'])
      found[name] = await kindOf(name);
    expect(found).toEqual({
      'a.jpg': 'jpeg',
      'a.png': 'png',
      'a.webp': 'webp',
      'a.tif': 'tiff',
      'a.avif': 'avif',
      'a.gif': 'gif',
      'a.heic': 'heif',
      'a.bmp': 'bmp',
      'a.ppm': 'pnm',
      'a.pam': 'pnm',
    });
  });

  it('distinguishes video and audio from images', async () => {
    const names = [
      'a.mp4',
      'a.mov',
      'a.mkv',
      'a.webm',
      'a.avi',
      'a.flv',
      'a.ts',
      'a.mpg',
      'a.wav',
      'a.mp3',
      'a.m4a',
      'a.flac',
      'a.ogg',
      'a.aac',
      'a.aiff',
      'a.caf',
    ];
    for (const name of names) {
      await kit.make(name, [
        '-f',
        'lavfi',
        '-i',
        'sine=d=1',
        ...(/mp4|mov|mkv|webm|avi|flv|ts|mpg/.test(name) ? ['-f', 'lavfi', '-i', 'testsrc=d=1:s=160x120'] : []),
      ]);
      expect(await kindOf(name), name).toBe('media');
    }
  });
});
