import type { Seeking } from './media-details.js';

/** Raw streams have no times by which a place could be found. */
export const RAW_FORMATS = new Set(['h264', 'hevc', 'm4v', 'mpegvideo', 'obu']);

/** Without an index, which few have, ffmpeg finds no place in an FLV; and packets of a program stream lack times. */
const UNSEEKABLE_FORMATS = new Set([...RAW_FORMATS, 'flv', 'mpeg']);

const INDEXED_FORMATS = /^(?:mov|matroska)/;

/** Codecs whose key frames need nothing before them. HEVC and MPEG-4 are not among them: open groups of frames are common there. */
const CLEAN_CODECS = new Set([
  ...['h264', 'vp8', 'vp9', 'av1'],
  ...[
    'mjpeg',
    'png',
    'prores',
    'dnxhd',
    'cfhd',
    'qtrle',
    'rawvideo',
    'ffv1',
    'huffyuv',
    'ffvhuff',
    'utvideo',
    'dvvideo',
  ],
]);

/** @param format as ffprobe names it, such as `mov,mp4,m4a,3gp,3g2,mj2`. @param hasJumps whether its clock was set on the way: then a time has no place. */
export function seekingIn(format: string, codec: string, hasJumps: boolean): Seeking {
  if (hasJumps || UNSEEKABLE_FORMATS.has(format)) return 'NONE';
  return INDEXED_FORMATS.test(format) && CLEAN_CODECS.has(codec) ? 'EXACT' : 'PREROLL';
}
