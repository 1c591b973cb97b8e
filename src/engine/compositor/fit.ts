import type { InputColor, VisualDetails } from '../probe/media-details.js';
import { ffmpegColor, isGrey } from './color/bt709.js';
import { TAGGED, TO_BT709 } from './color/convert.js';
import { colorLutFor } from './color/color-lut.js';
import {
  centred,
  cutToBox,
  leavesBars,
  padToBox,
  partFilters,
  scaledSize,
  type FitBox,
  type Framing,
} from './framing.js';
import { ratio, repeatFrame, type Canvas, type Stage } from './stage.js';

/** Filters that `fitted` uses. */
export const FIT_FILTERS = [
  'color',
  'crop',
  'format',
  'fps',
  'gblur',
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
  'split',
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
export const NORMAL_FORM = ['format=yuv420p', ...TAGGED];

/** How much of a very long or very wide image is scaled, in lengths of the frame. */
const LONGEST_SCALED = 8;

/** Scaling rounds to the nearest value and takes the colours of every pixel: without both, flat areas come out up to two steps darker. */
export const SCALER = 'flags=bicubic+accurate_rnd+full_chroma_int';

interface FitOptions {
  /** Unique in the graph. */
  readonly name: string;
  readonly framing: Framing;
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
  const { name, framing, details, moving, toRate, resized } = options;
  if (resized) return refitted(source, end, options, stage);
  if (framing.fit === 'CONTAIN_BLUR') return overItsBlur(source, end, options, stage);
  const { ground } = stage;
  const chain = ground === 'background' ? onBackground(details, framing, stage) : onNothing(details, framing, stage);
  const filters = [...chain.filters, ...toRate].join(',');
  if (chain.kind === 'filters') return [`${source},${filters},${end}`];
  return overBackground(`${source},${filters}`, chain.overlay, end, { name, details, moving }, stage);
}

/** A clip laid over the background. The overlay takes its time from that, which runs at the output's rate; so does the clip. */
function overBackground(
  clip: string,
  overlay: string,
  end: string,
  { name, details, moving }: Pick<FitOptions, 'name' | 'details' | 'moving'>,
  { canvas, rate }: Stage,
): string[] {
  const form = details.hasAlpha ? 'rgb' : 'yuv';
  const hold = moving ? `,${repeatFrame(rate)}` : ',settb=1/1000,setpts=0';
  const normal = form === 'rgb' ? `${TO_BT709},${NORMAL_FORM.join(',')}` : NORMAL_FORM.join(',');
  return [
    `${backgroundFrame(canvas, ratio(rate), form)}${hold}[${name}b]`,
    `${clip}[${name}p]`,
    `[${name}b][${name}p]${overlay},${normal},${end}`,
  ];
}

/**
 * Frames whose size changes: scaled anew when it does, and laid over a ground of the output's size, since no filter but `scale` and `overlay`
 * takes frames of another size than its first.
 */
function refitted(source: string, end: string, options: FitOptions, stage: Stage): string[] {
  const { name, framing, details, toRate } = options;
  const { rate, ground } = stage;
  const box = boxOf(stage);
  const { width, height } = box;
  if (framing.part || framing.fit === 'CONTAIN_BLUR') {
    // These need frames of one size.
    const same = `scale=w=${details.width}:h=${details.height}:eval=frame:${SCALER}`;
    return fitted(`${source},${same}`, end, { ...options, resized: false }, stage);
  }
  const to = 'out_color_matrix=bt709:out_range=tv:eval=frame';
  const scale = `scale=${[scaledSize(framing, box), ...readAs(details.color), to, SCALER].join(':')}`;
  const format = stage.exact ? 'yuva444p' : 'yuva420p';
  const below =
    ground === 'background'
      ? backgroundFrame(stage.canvas, ratio(rate), 'yuv')
      : `color=c=black@0:s=${width}x${height}:r=${ratio(rate)},format=${format},trim=end_frame=1`;
  return [
    `${below},${repeatFrame(rate)}[${name}b]`,
    `${source},${[scale, 'setsar=1', `format=${format}`, ...toRate].join(',')}[${name}p]`,
    `[${name}b][${name}p]overlay=${centred(box)}:shortest=1:eval=frame:format=${mixing(stage)},${TAGGED.join(',')},${end}`,
  ];
}

/** How much of the box's height the blur behind a clip reaches, as a standard deviation. */
const BLUR_SHARE = 1 / 40;

/** A clip that lies over itself, blurred, which covers the box. */
function overItsBlur(source: string, end: string, options: FitOptions, stage: Stage): string[] {
  const { name, framing, details, toRate } = options;
  const box = boxOf(stage);
  const behind = { ...framing, fit: 'COVER' } as const;
  const blur = `gblur=sigma=${(box.height * BLUR_SHARE).toFixed(3)}`;
  const [below, above] = details.hasAlpha
    ? [
        [
          ...withAlpha(details, behind, stage),
          'format=gbrap',
          'premultiply=inplace=1',
          blur,
          'unpremultiply=inplace=1',
        ],
        [...withAlpha(details, framing, stage), 'format=gbrap'],
      ]
    : [
        [...withoutAlpha(details, behind, stage), `format=${stage.exact ? 'yuv444p' : 'yuv420p'}`, blur, 'setsar=1'],
        [...withoutAlpha(details, framing, stage), 'setsar=1', `format=${stage.exact ? 'yuva444p' : 'yuva420p'}`],
      ];
  const over = `overlay=${centred(box)}:format=${details.hasAlpha ? 'gbrp' : mixing(stage)}`;
  const last = [...toRate].map((filter) => `,${filter}`).join('');
  const parts = [
    `${[source, ...partFilters(framing)].join(',')},split[${name}z0][${name}z1]`,
    `[${name}z0]${below.join(',')}[${name}z2]`,
    `[${name}z1]${above.join(',')}[${name}z3]`,
  ];
  const both = `[${name}z2][${name}z3]${over}`;
  if (details.hasAlpha && stage.ground === 'background')
    return [
      ...parts,
      ...overBackground(`${both}${last}`, `overlay=${centred(box)}:shortest=1:format=gbrp`, end, options, stage),
    ];
  const finished = details.hasAlpha
    ? [TO_BT709, 'format=yuva444p', ...TAGGED]
    : stage.exact
      ? ['format=yuva444p', ...TAGGED]
      : NORMAL_FORM;
  return [...parts, `${both}${last},${finished.join(',')},${end}`];
}

/** Opaque, with the background in the bars and behind transparent parts. */
function onBackground(details: VisualDetails, framing: Framing, stage: Stage): FitChain {
  const { canvas } = stage;
  const box = boxOf(stage);
  const part = partFilters(framing);
  if (details.hasAlpha) {
    const filters = [...part, ...withAlpha(details, framing, stage), 'format=gbrap'];
    return { kind: 'overlay', filters, overlay: `overlay=${centred(box)}:shortest=1:format=gbrp` };
  }
  const filters = [...part, ...withoutAlpha(details, framing, stage)];
  if (!leavesBars(framing.fit)) return { kind: 'filters', filters: [...filters, ...NORMAL_FORM] };
  if (isGrey(canvas.background)) {
    // `pad` converts its colour by BT.601 in some versions, by the video's tag in others: for greys that is the same.
    const pad = padToBox(box, ffmpegColor(canvas.background), framing.align);
    return { kind: 'filters', filters: [...filters, 'format=yuv420p', pad, ...NORMAL_FORM] };
  }
  return {
    kind: 'overlay',
    filters: [...filters, 'setsar=1', 'format=yuva420p'],
    overlay: `overlay=${centred(box)}:shortest=1:format=yuv420`,
  };
}

/** Transparent where the clip is, and in the bars. The result has the format that `clipFormat` says. */
function onNothing(details: VisualDetails, framing: Framing, stage: Stage): FitChain {
  const hasBars = leavesBars(framing.fit);
  const bars = hasBars ? [padToBox(boxOf(stage), 'black@0', framing.align)] : [];
  const part = partFilters(framing);
  if (details.hasAlpha) {
    const scaled = withAlpha(details, framing, stage);
    return { kind: 'filters', filters: [...part, ...scaled, TO_BT709, 'format=yuva444p', ...bars, ...TAGGED] };
  }
  const format = stage.exact ? 'yuva444p' : hasBars ? 'yuva420p' : 'yuv420p';
  return {
    kind: 'filters',
    filters: [...part, ...withoutAlpha(details, framing, stage), `format=${format}`, ...bars, ...TAGGED],
  };
}

/** Scaled once, and to BT.709 in the same step; colours that need a table, at the frame's size and ten bits. */
function withoutAlpha(details: VisualDetails, framing: Framing, stage: Stage): string[] {
  const box = boxOf(stage);
  const cut = cutToBox(framing, box);
  const lut = colorLutFor(details.color);
  if (lut) {
    stage.files.add(lut);
    const options = [scaledSize(framing, box), ...readAs(details.color), SCALER];
    return [
      ...cutUnseen(details, framing, box),
      `scale=${options.join(':')}`,
      'format=gbrp10le',
      ...cut,
      `lut3d=file=${lut.name}:interp=tetrahedral`,
      TO_BT709,
    ];
  }
  // Already BT.709: without a matrix given swscale needs no detour through RGB.
  const to = details.color.matrix === 'bt709' ? 'out_range=tv' : 'out_color_matrix=bt709:out_range=tv';
  const options = [scaledSize(framing, box), ...readAs(details.color), to, SCALER];
  return [...cutUnseen(details, framing, box), `scale=${options.join(':')}`, ...cut];
}

/** RGB. Scaled with its colours multiplied by alpha: otherwise the hidden colours of transparent pixels make a rim. */
function withAlpha(details: VisualDetails, framing: Framing, stage: Stage): string[] {
  const from = readAs(details.color);
  const box = boxOf(stage);
  return [
    ...cutExtremes(details, framing, box),
    ...(from.length > 0 ? [`scale=${[...from, SCALER].join(':')}`] : []),
    'format=gbrap',
    'premultiply=inplace=1',
    `scale=${scaledSize(framing, box)}:${SCALER}`,
    'unpremultiply=inplace=1',
    ...cutToBox(framing, box),
    'setsar=1',
  ];
}

function boxOf({ canvas: { width, height }, exact }: Stage): FitBox {
  return { width, height, exact };
}

/** The mode of `overlay`. */
function mixing({ exact }: Stage): string {
  return exact ? 'yuv444' : 'yuv420';
}

/** One frame of background: RGB below clips with alpha, so that both are mixed as they were made. */
export function backgroundFrame(canvas: Canvas, rate: string, form: 'rgb' | 'yuv'): string {
  const source = `color=c=${ffmpegColor(canvas.background)}:s=${canvas.width}x${canvas.height}:r=${rate},format=gbrp,trim=end_frame=1`;
  return form === 'rgb' ? `${source},setsar=1` : `${source},${TO_BT709},${NORMAL_FORM.join(',')}`;
}

function readAs({ matrix, range }: InputColor): string[] {
  return matrix === null ? [] : [`in_color_matrix=${matrix}`, `in_range=${range}`];
}

/** Rows and columns that are cut off come in so many at once, so that the colours of every pixel format stay in their place. */
const CUT_STEP = 8;
/** Otherwise an odd size becomes even, also where nothing is cut: a row or column would be lost, and the only one of a picture. */
const EXACT = ':exact=1';

/**
 * Cuts off, before it is scaled, most of what the frame does not show: of a wide video in a tall frame two thirds, which would cost a twentieth of a render. More is left at each edge
 * than the scaler looks at. The scaled size is rounded to even numbers of less than before: the edges of the frame move by half a pixel at most.
 */
function cutUnseen(details: VisualDetails, framing: Framing, box: FitBox): string[] {
  const { fit, focus } = framing;
  if (fit !== 'COVER') return [];
  if (focus && (focus.x !== 0.5 || focus.y !== 0.5)) return cutExtremes(details, framing, box);
  const shape = (box.width / box.height).toFixed(6);
  const kept = (input: 'iw' | 'ih', shown: string, other: string) =>
    `'${input}-${CUT_STEP}*floor(max(0,${input}-ceil(${shown})-4*ceil(${other})-4)/${CUT_STEP})'`;
  const width = kept('iw', `ih*${shape}/sar`, `ih/${box.height}/sar`);
  const height = kept('ih', `iw*sar/${shape}`, `iw*sar/${box.width}`);
  return [`crop=${width}:${height}${EXACT}`];
}

/** An image of one pixel by ten thousand, filling the frame's width, would be scaled to gigabytes of which almost nothing is seen. */
function cutExtremes(details: VisualDetails, { fit, part }: Framing, box: FitBox): string[] {
  if (fit !== 'COVER') return [];
  const shape = box.width / box.height;
  const [width, height] = [details.width * (part?.width ?? 1), details.height * (part?.height ?? 1)];
  const ratios = [width / height, height / width];
  if (ratios.every((ratio) => ratio / shape < LONGEST_SCALED && shape / ratio < LONGEST_SCALED)) return [];
  const widest = `ceil(ih*${(shape * LONGEST_SCALED).toFixed(4)}/sar)`;
  const highest = `ceil(iw*sar/${(shape / LONGEST_SCALED).toFixed(4)})`;
  return [`crop='min(iw,${widest})':'min(ih,${highest})'${EXACT}`];
}
