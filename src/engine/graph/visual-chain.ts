import type { Color, Fit } from '../../composition/montage.js';
import type { InputColor, VisualDetails } from '../probe/media-details.js';
import { ffmpegColor, isGrey } from './bt709.js';

/** The frame that pictures are fitted into. Both sides are even. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly background: Color;
}

/** How a picture gets from its own size and colours to a frame of the output. */
export type VisualChain =
  /** By filters in a row. */
  | { readonly kind: 'filters'; readonly filters: readonly string[] }
  /** By laying it over the background: `filters` for the picture, then `overlay` with the background below. */
  | { readonly kind: 'overlay'; readonly filters: readonly string[]; readonly overlay: string };

/** What every clip's last filters are, so that all fit together: square pixels, 8-bit 4:2:0, BT.709. */
export const NORMAL_FORM = [
  'format=yuv420p',
  'setsar=1',
  'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709:field_mode=prog',
];

/** How much of a very long or very wide picture is scaled, in lengths of the frame. */
const LONGEST_SCALED = 8;

/**
 * Scales once, and to BT.709 in the same step. Sizes are expressions of what arrives, because rotation and EXIF orientation are
 * applied before, and a file's header does not tell of the latter.
 */
export function visualChain(details: VisualDetails, fit: Fit, canvas: Canvas): VisualChain {
  const cuts = cutExtremes(details, fit, canvas);
  if (details.hasAlpha) {
    const filters = [
      ...cuts,
      scale(fit, canvas, details.color, 'rgb'),
      ...crop(fit, canvas),
      'setsar=1',
      'format=rgba',
    ];
    return { kind: 'overlay', filters, overlay: `overlay=${centred(canvas)}:shortest=1:format=gbrp` };
  }
  const filters = [...cuts, scale(fit, canvas, details.color, 'yuv')];
  if (fit === 'COVER') return { kind: 'filters', filters: [...filters, ...crop(fit, canvas), ...NORMAL_FORM] };
  if (isGrey(canvas.background)) {
    // `pad` converts its colour by BT.601 in some versions, by the video's tag in others: for greys that is the same.
    const pad = `pad=${canvas.width}:${canvas.height}:2*floor((ow-iw)/4):2*floor((oh-ih)/4):${ffmpegColor(canvas.background)}`;
    return { kind: 'filters', filters: [...filters, 'format=yuv420p', pad, ...NORMAL_FORM] };
  }
  return {
    kind: 'overlay',
    filters: [...filters, 'setsar=1', 'format=yuva420p'],
    overlay: `overlay=${centred(canvas)}:shortest=1:format=yuv420`,
  };
}

/** One frame of background, for the overlays: RGB below pictures with alpha, so that both are mixed as they were made. */
export function backgroundFrame(canvas: Canvas, rate: string, form: 'rgb' | 'yuv'): string {
  const source = `color=c=${ffmpegColor(canvas.background)}:s=${canvas.width}x${canvas.height}:r=${rate},format=gbrp,trim=end_frame=1`;
  return form === 'rgb' ? `${source},setsar=1` : `${source},${toBt709('')},${NORMAL_FORM.join(',')}`;
}

/** From RGB to the output's colours. */
export function toBt709(size: string): string {
  return `scale=${size}out_color_matrix=bt709:out_range=tv`;
}

function scale(fit: Fit, canvas: Canvas, color: InputColor, form: 'rgb' | 'yuv'): string {
  const choose = fit === 'COVER' ? 'max' : 'min';
  // Even sizes: an odd one would shift colours by half a pixel at the edge. It changes the shape by less than a pixel.
  const side = (limit: number, other: string) => `'${choose}(${limit},max(2,2*round(${other}/2)))'`;
  const width = side(canvas.width, `${canvas.height}*dar`);
  const height = side(canvas.height, `${canvas.width}/dar`);
  const from = color.matrix === null ? '' : `:in_color_matrix=${color.matrix}:in_range=${color.range}`;
  // Already BT.709: without a matrix given swscale needs no detour through RGB.
  const same = form === 'yuv' && color.matrix === 'bt709';
  const to = form === 'rgb' ? '' : same ? ':out_range=tv' : ':out_color_matrix=bt709:out_range=tv';
  return `scale=w=${width}:h=${height}${from}${to}:flags=bicubic`;
}

function crop(fit: Fit, canvas: Canvas): string[] {
  return fit === 'COVER' ? [`crop=${canvas.width}:${canvas.height}`] : [];
}

function centred(canvas: Canvas): string {
  return `x=2*floor((${canvas.width}-w)/4):y=2*floor((${canvas.height}-h)/4)`;
}

/** A picture of one pixel by ten thousand, filling the frame's width, would be scaled to gigabytes of which almost nothing is seen. */
function cutExtremes(details: VisualDetails, fit: Fit, canvas: Canvas): string[] {
  if (fit === 'CONTAIN') return [];
  const shape = canvas.width / canvas.height;
  const ratios = [details.width / details.height, details.height / details.width];
  if (ratios.every((ratio) => ratio / shape < LONGEST_SCALED && shape / ratio < LONGEST_SCALED)) return [];
  const widest = `ceil(ih*${(shape * LONGEST_SCALED).toFixed(4)}/sar)`;
  const highest = `ceil(iw*sar/${(shape / LONGEST_SCALED).toFixed(4)})`;
  return [`crop='min(iw,${widest})':'min(ih,${highest})'`];
}
