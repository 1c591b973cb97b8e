import type { VisualDetails } from '../../probe/media-details.js';
import { TAGGED } from '../color/convert.js';
import { fitted } from '../fit.js';
import { framingOf } from '../framing.js';
import type { AssetDefinition } from './asset-definition.js';

/** A composition is made of its own layers, in its own size and on nothing, and then goes the way of a video with alpha. */
export const nested: AssetDefinition = {
  filters: ['format', 'null', 'trim'],
  chains() {
    throw new RangeError('a nested composition is always placed');
  },
  open({ clip, fromFrame, frames }, name, stage) {
    if (!clip.nested) throw new RangeError('a clip of a composition has one');
    const { composition, fromFrame: first } = clip.nested;
    const section = { startFrame: first + fromFrame, frames };
    const stack = stage.stack(composition, section, `${name}n`);
    const filters = [...stack.filters, 'format=yuva444p', ...TAGGED].join(',');
    const source = `[${stack.pad}]${filters}`;
    const pad = `${name}f`;
    const { width, height } = composition;
    const framing = framingOf(clip);
    const isAsLarge = !framing.part && width === stage.canvas.width && height === stage.canvas.height;
    if (isAsLarge) return { chains: [...stack.chains, `${source}[${pad}]`], pad, moving: true };
    const details = { ...DETAILS, width, height };
    const options = { name, framing, details, moving: true, toRate: [], resized: false };
    return { chains: [...stack.chains, ...fitted(source, `null[${pad}]`, options, stage)], pad, moving: true };
  },
};

/** As a video of ours is. */
const DETAILS: Omit<VisualDetails, 'width' | 'height'> = {
  facts: { kind: 'image' },
  streamIndex: 0,
  codec: '',
  frameRate: null,
  gridRate: null,
  hasAlpha: true,
  interlaced: false,
  color: { matrix: 'bt709', range: 'tv', transfer: 'sdr', primaries: 'bt709' },
  startUs: 0,
  countedStartUs: 0,
  timeBase: { num: 1, den: 1 },
  seeking: 'EXACT',
  presentUs: 0,
  uneven: null,
};
