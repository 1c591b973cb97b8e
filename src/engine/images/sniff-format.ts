import { sniffIsoBrands } from './sniff-iso-brands.js';
import { sniffText } from './sniff-text.js';
import { sniffTiff } from './sniff-tiff.js';
import { SNIFF_BYTES, type ImageFormat, type SniffedFormat } from './sniffed-format.js';

interface Signature {
  readonly at: number;
  /** Latin-1, `?` stands for any byte. */
  readonly bytes: string;
  readonly is: SniffedFormat;
}

const image = (format: ImageFormat, name: string): SniffedFormat => ({ kind: 'image', format, name });
const media = (name: string): SniffedFormat => ({ kind: 'media', name });
const unsupported = (name: string): SniffedFormat => ({ kind: 'not-supported', name });
const foreign = (name: string): SniffedFormat => ({ kind: 'not-media', name });
const signature = (bytes: string, is: SniffedFormat, at = 0): Signature => ({ at, bytes, is });

const SIGNATURES: readonly Signature[] = [
  signature('\xff\xd8\xff\xf7', unsupported('a JPEG-LS image')),
  signature('\xff\xd8\xff', image('jpeg', 'a JPEG image')),
  signature('\x89PNG\r\n\x1a\n', image('png', 'a PNG image')),
  signature('\x8bJNG\r\n\x1a\n', unsupported('a JNG image')),
  signature('\x8aMNG\r\n\x1a\n', unsupported('an MNG animation')),
  signature('GIF87a', image('gif', 'a GIF image')),
  signature('GIF89a', image('gif', 'a GIF image')),
  signature('RIFF????WEBP', image('webp', 'a WebP image')),
  signature('BM????\0\0\0\0', image('bmp', 'a BMP image')),
  signature('qoif', image('qoi', 'a QOI image')),
  signature('8BPS', unsupported('a Photoshop document (PSD)')),
  signature('\xff\x0a', unsupported('a JPEG XL image')),
  signature('\0\0\0\x0cJXL \r\n\x87\n', unsupported('a JPEG XL image')),
  signature('\0\0\0\x0cjP  \r\n\x87\n', unsupported('a JPEG 2000 image')),
  signature('\xff\x4f\xff\x51', unsupported('a JPEG 2000 image')),
  signature('\xff\x10\xff\x50', unsupported('a JPEG XS image')),
  signature('II\xbc', unsupported('a JPEG XR image')),
  signature('\0\0\x01\0', unsupported('an icon (ICO)')),
  signature('v/1\x01', unsupported('an OpenEXR image')),
  signature('#?RADIANCE', unsupported('a Radiance HDR image')),
  signature('DDS ', unsupported('a DDS texture')),
  signature('\xabKTX ', unsupported('a KTX texture')),
  signature('gimp xcf', unsupported('a GIMP document (XCF)')),
  signature('SIMPLE  =', unsupported('a FITS image')),
  signature('BPG\xfb', unsupported('a BPG image')),
  signature('FLIF', unsupported('a FLIF image')),
  signature('FUJIFILMCCD-RAW', unsupported('a camera raw file (Fujifilm RAF)')),
  signature('\xc5\xd0\xd3\xc6', unsupported('an EPS drawing')),
  signature('%!PS', unsupported('a PostScript drawing')),
  signature('\xd7\xcd\xc6\x9a', unsupported('a Windows metafile (WMF)')),
  signature(' EMF', unsupported('a Windows metafile (EMF)'), 40),
  signature('%PDF-', unsupported('a PDF document')),
  signature('AT&TFORM', unsupported('a DjVu document')),
  signature('FWS', unsupported('a Flash animation (SWF)')),
  signature('CWS', unsupported('a Flash animation (SWF)')),
  signature('ZWS', unsupported('a Flash animation (SWF)')),
  signature('MThd', unsupported('a MIDI file')),
  signature('DSD ', unsupported('a DSD audio file (DSF)')),
  signature('FRM8', unsupported('a DSD audio file (DSDIFF)')),
  signature('#EXTM3U', foreign('a playlist (M3U or HLS)')),
  signature('ffconcat', foreign('a list of files for ffmpeg')),

  signature('\x1a\x45\xdf\xa3', media('a Matroska or WebM file')),
  signature('RIFF????AVI ', media('an AVI file')),
  signature('RIFF????WAVE', media('a WAV file')),
  signature('RF64????WAVE', media('a WAV file')),
  signature('FORM????AIF', media('an AIFF file')),
  signature('fLaC', media('a FLAC file')),
  signature('OggS', media('an Ogg file')),
  signature('ID3', media('an MP3 file')),
  signature('caff', media('a CAF file')),
  signature('FLV\x01', media('an FLV file')),
  signature('.RMF', media('a RealMedia file')),
  signature('#!AMR', media('an AMR file')),
  signature('\x30\x26\xb2\x75\x8e\x66\xcf\x11', media('a Windows Media file')),
  signature('\x06\x0e\x2b\x34\x02\x05\x01\x01', media('an MXF file')),
  signature('\0\0\x01\xba', media('an MPEG program stream')),
  signature('\0\0\x01\xb3', media('an MPEG video stream')),
  signature('DKIF', media('an IVF file')),

  signature('PK\x03\x04', foreign('a ZIP archive or an office document')),
  signature('PK\x05\x06', foreign('an empty ZIP archive')),
  signature('Rar!\x1a\x07', foreign('a RAR archive')),
  signature('7z\xbc\xaf\x27\x1c', foreign('a 7-Zip archive')),
  signature('\x1f\x8b\x08', foreign('a gzip archive')),
  signature('BZh', foreign('a bzip2 archive')),
  signature('\xfd7zXZ\0', foreign('an XZ archive')),
  signature('\x28\xb5\x2f\xfd', foreign('a Zstandard archive')),
  signature('ustar', foreign('a tar archive'), 257),
  signature('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', foreign('an office document')),
  signature('\x7fELF', foreign('a program')),
  signature('MZ', foreign('a program')),
  signature('SQLite format 3\0', foreign('a database')),
  signature('{\\rtf', foreign('a text document (RTF)')),
  signature('wOFF', foreign('a font')),
  signature('wOF2', foreign('a font')),
  signature('OTTO\0', foreign('a font')),
  signature('\0\x01\0\0\0', foreign('a font')),
];

/**
 * Names a file's format by its signature, whatever it is called.
 * @param head the first `SNIFF_BYTES` of the file, or all of it where it is shorter.
 */
export function sniffFormat(head: Uint8Array): SniffedFormat {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, SNIFF_BYTES)).toString('latin1');
  return (
    sniffIsoBrands(text) ??
    sniffTiff(head) ??
    SIGNATURES.find(({ at, bytes }) => matches(text, at, bytes))?.is ??
    sniffPnm(text) ??
    sniffSync(head) ??
    sniffText(text) ?? { kind: 'unknown' }
  );
}

function matches(text: string, at: number, bytes: string): boolean {
  if (text.length < at + bytes.length) return false;
  for (let i = 0; i < bytes.length; i += 1) if (bytes[i] !== '?' && bytes[i] !== text[at + i]) return false;
  return true;
}

function sniffPnm(text: string): SniffedFormat | null {
  return /^P[1-6]\s+(?:#[^\n]*\n\s*)*\d|^P7\n(?:WIDTH|HEIGHT|DEPTH|#)/.test(text) ? image('pnm', 'a PNM image') : null;
}

/** Streams that have no signature but a sync word: MPEG audio, AAC in ADTS, MPEG transport streams. */
function sniffSync(head: Uint8Array): SniffedFormat | null {
  const [first = 0, second = 0] = head;
  if (first === 0x47 && head[188] === 0x47 && head[376] === 0x47) return media('an MPEG transport stream');
  if (first === 0xff && (second & 0xf6) === 0xf0) return media('an AAC file');
  const layer = (second >> 1) & 3;
  return first === 0xff && (second & 0xe0) === 0xe0 && layer !== 0 && (second & 0x18) !== 0x08
    ? media('an MP3 file')
    : null;
}
