import type { Color } from '../../../composition/color.js';

/** Luma coefficients: BT.601 for SD, BT.709 for HD. */
const BT601 = { kr: 0.299, kb: 0.114 };
const BT709 = { kr: 0.2126, kb: 0.0722 };

/** `0xRRGGBB` for ffmpeg's colour options. */
export function ffmpegColor(color: Color): string {
  return `0x${[color.r, color.g, color.b].map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}

/** Whether every matrix gives a colour the same YCbCr. */
export function isGrey(color: Color): boolean {
  return color.r === color.g && color.g === color.b;
}

/**
 * The colour that comes out as `color` where a filter converts to BT.601 whatever the video is tagged with, as the `ass` filter does
 * in every version from 5.1 to 9.0. The most saturated greens and yellows have no such colour; they get the nearest.
 */
export function throughBt601(color: Color): Color {
  const [y, pb, pr] = toYuv(color, BT709);
  return { ...toRgb(y, pb, pr, BT601), a: color.a };
}

/** Y, Cb and Cr of BT.709 in 8 bits of limited range. */
export function bt709Bytes(color: Color): readonly [number, number, number] {
  const [y, pb, pr] = toYuv(color, BT709);
  return [toByte(16 + (y * 219) / 255), toByte(128 + (pb * 224) / 255), toByte(128 + (pr * 224) / 255)];
}

type Coefficients = typeof BT601;

function toYuv({ r, g, b }: Color, { kr, kb }: Coefficients): readonly [number, number, number] {
  const y = kr * r + (1 - kr - kb) * g + kb * b;
  return [y, (b - y) / (2 * (1 - kb)), (r - y) / (2 * (1 - kr))];
}

function toRgb(y: number, pb: number, pr: number, { kr, kb }: Coefficients): { r: number; g: number; b: number } {
  const r = y + 2 * (1 - kr) * pr;
  const b = y + 2 * (1 - kb) * pb;
  const g = (y - kr * r - kb * b) / (1 - kr - kb);
  return { r: toByte(r), g: toByte(g), b: toByte(b) };
}

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
