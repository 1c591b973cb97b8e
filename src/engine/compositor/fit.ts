import type { Fit } from '../../composition/composition.js';
import type { InputColor, VisualDetails } from '../probe/media-details.js';
import { ffmpegColor, isGrey } from './color/bt709.js';
import { colorLutFor } from './color/color-lut.js';
import { ratio, repeatFrame, type Canvas, type Stage } from './stage.js';

/** Filters that `fitted` uses. */
export const FIT_FILTERS = [
  'color',
  'crop',
  'format',
  'fps',
  'loop',
  'lut3d',
  'overlay',
  'pad',
  'premultiply',
  'scale',
  'setparams',
  'setpts',
  'setsar',
  'settb',
  'trim',
  'unpremultiply',
];

/** How a clip gets from its own size and colours to a frame of the output. */
type FitChain =
  /** By filters in a row. */
  | { readonly kind: 'filters'; readonly filters: readonly string[] }
  /** By laying it over the background: `filters` for the clip, then `overlay` with the background below. */
  | { readonly kind: 'overlay'; readonly filters: readonly string[]; readonly overlay: string };

/** The last filters of every opaque clip, so that all fit together: square pixels, 8-bit 4:2:0, BT.709. */
export const NORMAL_FORM = ['format=yuv420p', ...tagged()];

/** How much of a very long or very wide image is scaled, in lengths of the frame. */
const LONGEST_SCALED = 8;

/** Scaling rounds to the nearest value and takes the colours of every pixel: without both, flat areas come out up to two steps darker. */
const SCALER = 'flags=bicubic+accurate_rnd+full_chroma_int';

interface FitOptions {
  /** Unique in the graph. */
  readonly name: string;
  readonly fit: Fit;
  readonly details: VisualDetails;
  /** Whether it has more than one frame. */
  readonly moving: boolean;
  /** Filters in a row that bring a moving one to the output's rate; empty where it has that already. */
  readonly toRate: readonly string[];
  /** Whether the size of its frames changes on the way. */
  readonly resized: boolean;
}

/**
 * Chains that fit `source`, a chain without its end, into the frame, and go on with `end`.
 * Sizes are expressions of the frames that arrive, because rotation is applied before, and may change on the way.
 */
export function fitted(source: string, end: string, options: FitOptions, stage: Stage): string[] {
  const { name, fit, details, moving, toRate, resized } = options;
  if (resized) return refitted(source, end, options, stage);
  const { canvas, rate, ground } = stage;
  const chain = ground === 'background' ? onBackground(details, fit, stage) : onNothing(details, fit, stage);
  const filters = [...chain.filters, ...toRate].join(',');
  if (chain.kind === 'filters') return [`${source},${filters},${end}`];
  const form = details.hasAlpha ? 'rgb' : 'yuv';
  const hold = moving ? `,${repeatFrame(rate)}` : ',settb=1/1000,setpts=0';
  const normal = form === 'rgb' ? `${TO_BT709},${NORMAL_FORM.join(',')}` : NORMAL_FORM.join(',');
  return [
    `${backgroundFrame(canvas, ratio(rate), form)}${hold}[${name}b]`,
    // The overlay takes its time from the background, which runs at the output's rate; so does the clip.
    `${source},${filters}[${name}p]`,
    `[${name}b][${name}p]${chain.overlay},${normal},${end}`,
  ];
}

/**
 * Frames whose size changes: scaled anew when it does, and laid over a ground of the output's size, since no filter but `scale` and `overlay`
 * takes frames of another size than its first.
 */
function refitted(source: string, end: string, { name, fit, details, toRate }: FitOptions, stage: Stage): string[] {
  const { canvas, rate, ground } = stage;
  const to = 'out_color_matrix=bt709:out_range=tv:eval=frame';
  const scale = `scale=${[size(fit, canvas), ...readAs(details.color), to, SCALER].join(':')}`;
  const below =
    ground === 'background'
      ? backgroundFrame(canvas, ratio(rate), 'yuv')
      : `color=c=black@0:s=${canvas.width}x${canvas.height}:r=${ratio(rate)},format=yuva420p,trim=end_frame=1`;
  return [
    `${below},${repeatFrame(rate)}[${name}b]`,
    `${source},${[scale, 'setsar=1', 'format=yuva420p', ...toRate].join(',')}[${name}p]`,
    `[${name}b][${name}p]overlay=${centred(canvas)}:shortest=1:eval=frame:format=yuv420,${tagged().join(',')},${end}`,
  ];
}

/** Opaque, with the background in the bars and behind transparent parts. */
function onBackground(details: VisualDetails, fit: Fit, stage: Stage): FitChain {
  const { canvas } = stage;
  if (details.hasAlpha) {
    const filters = [...withAlpha(details, fit, canvas), 'format=gbrap'];
    return { kind: 'overlay', filters, overlay: `overlay=${centred(canvas)}:shortest=1:format=gbrp` };
  }
  const filters = withoutAlpha(details, fit, stage);
  if (fit === 'COVER') return { kind: 'filters', filters: [...filters, ...NORMAL_FORM] };
  if (isGrey(canvas.background)) {
    // `pad` converts its colour by BT.601 in some versions, by the video's tag in others: for greys that is the same.
    const pad = padTo(canvas, ffmpegColor(canvas.background));
    return { kind: 'filters', filters: [...filters, 'format=yuv420p', pad, ...NORMAL_FORM] };
  }
  return {
    kind: 'overlay',
    filters: [...filters, 'setsar=1', 'format=yuva420p'],
    overlay: `overlay=${centred(canvas)}:shortest=1:format=yuv420`,
  };
}

/** Transparent where the clip is, and in the bars. The result has the format that `clipFormat` says. */
function onNothing(details: VisualDetails, fit: Fit, stage: Stage): FitChain {
  const { canvas } = stage;
  const bars = fit === 'CONTAIN' ? [padTo(canvas, 'black@0')] : [];
  if (details.hasAlpha) {
    return {
      kind: 'filters',
      filters: [...withAlpha(details, fit, canvas), TO_BT709, 'format=yuva444p', ...bars, ...tagged()],
    };
  }
  const format = fit === 'CONTAIN' ? 'yuva420p' : 'yuv420p';
  return {
    kind: 'filters',
    filters: [...withoutAlpha(details, fit, stage), `format=${format}`, ...bars, ...tagged()],
  };
}

/** Scaled once, and to BT.709 in the same step; colours that need a table, at the frame's size and ten bits. */
function withoutAlpha(details: VisualDetails, fit: Fit, { canvas, files }: Stage): string[] {
  const lut = colorLutFor(details.color);
  if (lut) {
    files.add(lut);
    const options = [size(fit, canvas), ...readAs(details.color), SCALER];
    return [
      ...cutExtremes(details, fit, canvas),
      `scale=${options.join(':')}`,
      'format=gbrp10le',
      ...crop(fit, canvas),
      `lut3d=file=${lut.name}:interp=tetrahedral`,
      TO_BT709,
    ];
  }
  // Already BT.709: without a matrix given swscale needs no detour through RGB.
  const to = details.color.matrix === 'bt709' ? 'out_range=tv' : 'out_color_matrix=bt709:out_range=tv';
  const options = [size(fit, canvas), ...readAs(details.color), to, SCALER];
  return [...cutExtremes(details, fit, canvas), `scale=${options.join(':')}`, ...crop(fit, canvas)];
}

/** RGB. Scaled with its colours multiplied by alpha: otherwise the hidden colours of transparent pixels make a rim. */
function withAlpha(details: VisualDetails, fit: Fit, canvas: Canvas): string[] {
  const from = readAs(details.color);
  return [
    ...cutExtremes(details, fit, canvas),
    ...(from.length > 0 ? [`scale=${[...from, SCALER].join(':')}`] : []),
    'format=gbrap',
    'premultiply=inplace=1',
    `scale=${size(fit, canvas)}:${SCALER}`,
    'unpremultiply=inplace=1',
    ...crop(fit, canvas),
    'setsar=1',
  ];
}

/** One frame of background: RGB below clips with alpha, so that both are mixed as they were made. */
export function backgroundFrame(canvas: Canvas, rate: string, form: 'rgb' | 'yuv'): string {
  const source = `color=c=${ffmpegColor(canvas.background)}:s=${canvas.width}x${canvas.height}:r=${rate},format=gbrp,trim=end_frame=1`;
  return form === 'rgb' ? `${source},setsar=1` : `${source},${TO_BT709},${NORMAL_FORM.join(',')}`;
}

/** From RGB to the output's colours. */
export const TO_BT709 = 'scale=out_color_matrix=bt709:out_range=tv';

function tagged(): string[] {
  return ['setsar=1', 'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709:field_mode=prog'];
}

function readAs({ matrix, range }: InputColor): string[] {
  return matrix === null ? [] : [`in_color_matrix=${matrix}`, `in_range=${range}`];
}

function size(fit: Fit, canvas: Canvas): string {
  const choose = fit === 'COVER' ? 'max' : 'min';
  // Even sizes: an odd one would shift colours by half a pixel at the edge. It changes the shape by less than a pixel.
  const side = (limit: number, other: string) => `'${choose}(${limit},max(2,2*round(${other}/2)))'`;
  return `w=${side(canvas.width, `${canvas.height}*dar`)}:h=${side(canvas.height, `${canvas.width}/dar`)}`;
}

function crop(fit: Fit, canvas: Canvas): string[] {
  return fit === 'COVER' ? [`crop=${canvas.width}:${canvas.height}`] : [];
}

function padTo(canvas: Canvas, color: string): string {
  return `pad=${canvas.width}:${canvas.height}:2*floor((ow-iw)/4):2*floor((oh-ih)/4):${color}`;
}

function centred(canvas: Canvas): string {
  return `x=2*floor((${canvas.width}-w)/4):y=2*floor((${canvas.height}-h)/4)`;
}

/** An image of one pixel by ten thousand, filling the frame's width, would be scaled to gigabytes of which almost nothing is seen. */
function cutExtremes(details: VisualDetails, fit: Fit, canvas: Canvas): string[] {
  if (fit === 'CONTAIN') return [];
  const shape = canvas.width / canvas.height;
  const ratios = [details.width / details.height, details.height / details.width];
  if (ratios.every((ratio) => ratio / shape < LONGEST_SCALED && shape / ratio < LONGEST_SCALED)) return [];
  const widest = `ceil(ih*${(shape * LONGEST_SCALED).toFixed(4)}/sar)`;
  const highest = `ceil(iw*sar/${(shape / LONGEST_SCALED).toFixed(4)})`;
  return [`crop='min(iw,${widest})':'min(ih,${highest})'`];
}
