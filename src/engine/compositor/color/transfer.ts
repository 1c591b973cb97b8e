import type { InputColor } from '../../probe/media-details.js';

type Rgb = readonly [number, number, number];

/** The luminance of a diffuse white in HDR, which becomes SDR's white, in cd/m² (ITU-R BT.2408). */
export const REFERENCE_WHITE = 203;
/** The peak that HLG is displayed at, and that PQ is taken to be mastered for, in cd/m². */
export const PEAK = 1_000;

/** Gamma of an SDR display (ITU-R BT.1886 with a black of zero). */
const BT1886_GAMMA = 2.4;

/** SMPTE ST 2084. */
const PQ = {
  m1: 2610 / 16384,
  m2: (2523 / 4096) * 128,
  c1: 3424 / 4096,
  c2: (2413 / 4096) * 32,
  c3: (2392 / 4096) * 32,
};

/** ITU-R BT.2100: HLG. */
const HLG = { a: 0.17883277, b: 0.28466892, c: 0.55991073, systemGamma: 1.2 };
const BT2020_LUMA = [0.2627, 0.678, 0.0593] as const;

/** Displayed light for a coded colour; 1 is SDR's white, or the reference white of HDR. */
export function decoderOf(transfer: InputColor['transfer']): (coded: Rgb) => Rgb {
  switch (transfer) {
    case 'sdr':
      return (coded) => each(coded, (value) => value ** BT1886_GAMMA);
    case 'pq':
      return (coded) => each(coded, (value) => fromPq(value) / REFERENCE_WHITE);
    case 'hlg':
      return fromHlg;
  }
}

/** The coded value for displayed light from 0 to 1. */
export function encodeBt1886(light: number): number {
  return light ** (1 / BT1886_GAMMA);
}

/** cd/m² for a coded value. */
export function fromPq(coded: number): number {
  const root = coded ** (1 / PQ.m2);
  return 10_000 * (Math.max(0, root - PQ.c1) / (PQ.c2 - PQ.c3 * root)) ** (1 / PQ.m1);
}

/** The coded value for cd/m². */
export function toPq(luminance: number): number {
  const power = (Math.max(0, luminance) / 10_000) ** PQ.m1;
  return ((PQ.c1 + PQ.c2 * power) / (1 + PQ.c3 * power)) ** PQ.m2;
}

/** The display's gamma acts on luminance, so that hues stay. */
function fromHlg(coded: Rgb): Rgb {
  const scene = each(coded, (value) =>
    value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - HLG.c) / HLG.a) + HLG.b) / 12,
  );
  const luma = scene[0] * BT2020_LUMA[0] + scene[1] * BT2020_LUMA[1] + scene[2] * BT2020_LUMA[2];
  const gain = luma <= 0 ? 0 : (PEAK / REFERENCE_WHITE) * luma ** (HLG.systemGamma - 1);
  return each(scene, (value) => value * gain);
}

function each([r, g, b]: Rgb, change: (value: number) => number): Rgb {
  return [change(r), change(g), change(b)];
}
