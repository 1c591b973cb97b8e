import type { InputColor } from '../../probe/media-details.js';
import { encodeBt1886, decoderOf } from './transfer.js';
import { toBt709Primaries } from './primaries.js';
import { toneMap } from './tone-map.js';

/** A table that brings colours to BT.709, as a file that the graph reads. */
export interface ColorLut {
  readonly name: string;
  readonly content: string;
}

/** Points along each axis. In PQ and HLG, which are even to the eye, interpolation between so many is off by less than one 8-bit step. */
const SIZE = 33;

const made = new Map<string, string>();

/** The table that a video's colours need; null: they are BT.709's already, but for their matrix. */
export function colorLutFor({ transfer, primaries }: InputColor): ColorLut | null {
  if (transfer === 'sdr' && primaries === 'bt709') return null;
  const name = `color-${transfer}-${primaries}.cube`;
  const text = made.get(name) ?? cubeOf({ transfer, primaries });
  made.set(name, text);
  return { name, content: text };
}

/** In the format of Adobe's `.cube` files; red changes fastest. */
function cubeOf(color: Pick<InputColor, 'transfer' | 'primaries'>): string {
  const lines = [`LUT_3D_SIZE ${SIZE}`];
  for (let b = 0; b < SIZE; b += 1)
    for (let g = 0; g < SIZE; g += 1)
      for (let r = 0; r < SIZE; r += 1) {
        const mapped = mapColor([r / (SIZE - 1), g / (SIZE - 1), b / (SIZE - 1)], color);
        lines.push(mapped.map((value) => value.toFixed(6)).join(' '));
      }
  return `${lines.join('\n')}\n`;
}

type Rgb = readonly [number, number, number];

/** From a coded colour (0 to 1, full range) to one of BT.709. */
function mapColor(coded: Rgb, { transfer, primaries }: Pick<InputColor, 'transfer' | 'primaries'>): Rgb {
  const light = toBt709Primaries(decoderOf(transfer)(coded), primaries);
  const mapped = transfer === 'sdr' ? light : toneMap(light);
  const [r, g, b] = mapped.map((value) => encodeBt1886(Math.min(1, Math.max(0, value))));
  return [r ?? 0, g ?? 0, b ?? 0];
}
