import {
  Anchor,
  Animation,
  Animation_Kind,
  Clip,
  ColorAsset,
  TextAsset,
  TextAsset_Align,
  TextAsset_VerticalAlign,
} from '../../../../generated/cutroom/v1/timeline.js';
import { type Frame, scaledPixels } from '../canvas.js';
import { colorIn } from '../color.js';
import type { Source } from '../reader.js';
import { drawnText, noteFont } from '../text.js';
import { motionIn } from './motion.js';
import { layoutAt, type Place, placeIn } from './position.js';

/** A tenth of the short side. */
const TITLE_SIZE = 108;
/** A twentieth of it. */
const SMALL_SIZE = 54;

function textIn(source: Source): Pick<TextAsset, 'text' | 'color'> | undefined {
  noteFont(source, 'fontPath');
  noteFont(source, 'fontFamily');
  const text = drawnText(source, 'text');
  if (text !== undefined) return { text, color: colorIn(source, 'textColor') ?? '' };
  source.leaveOut('has no text; it is left out');
  return undefined;
}

/** How lines stand in a box, so that the text touches the place of the box. */
function alignsAt({ anchor }: Place): Pick<TextAsset, 'verticalAlign'> {
  const top = [Anchor.ANCHOR_TOP_LEFT, Anchor.ANCHOR_TOP, Anchor.ANCHOR_TOP_RIGHT];
  const bottom = [Anchor.ANCHOR_BOTTOM_LEFT, Anchor.ANCHOR_BOTTOM, Anchor.ANCHOR_BOTTOM_RIGHT];
  if (top.includes(anchor)) return { verticalAlign: TextAsset_VerticalAlign.VERTICAL_ALIGN_TOP };
  if (bottom.includes(anchor)) return { verticalAlign: TextAsset_VerticalAlign.VERTICAL_ALIGN_BOTTOM };
  return { verticalAlign: TextAsset_VerticalAlign.VERTICAL_ALIGN_MIDDLE };
}

function alignAt({ anchor }: Place): TextAsset_Align {
  const left = [Anchor.ANCHOR_TOP_LEFT, Anchor.ANCHOR_LEFT, Anchor.ANCHOR_BOTTOM_LEFT];
  const right = [Anchor.ANCHOR_TOP_RIGHT, Anchor.ANCHOR_RIGHT, Anchor.ANCHOR_BOTTOM_RIGHT];
  if (left.includes(anchor)) return TextAsset_Align.ALIGN_LEFT;
  return right.includes(anchor) ? TextAsset_Align.ALIGN_RIGHT : TextAsset_Align.ALIGN_CENTER;
}

/** A layer `title`, and the text of `title-background`. */
export function titleOf(source: Source): Clip | undefined {
  const text = textIn(source);
  if (!text) return undefined;
  const place = placeIn(source);
  const made = TextAsset.fromPartial({ ...text, fontSize: TITLE_SIZE, ...alignsAt(place) });
  return Clip.fromPartial({
    asset: { $case: 'text', value: made },
    layout: layoutAt(place, { width: 80, height: 90 }),
    motion: motionIn(source, { direction: 'in', amount: 0.2 }),
  });
}

/** A layer `subtitle`: a bar at the bottom, and the text on it. */
export function subtitleOf(source: Source): Clip[] {
  const text = textIn(source);
  if (!text) return [];
  const color = colorIn(source, 'backgroundColor') ?? '#0000004D';
  noteSpeed(source);
  const enter = Animation.fromPartial({ kind: Animation_Kind.KIND_FADE });
  const bar: Place = { anchor: Anchor.ANCHOR_BOTTOM, x: 50, y: 100 };
  const made = TextAsset.fromPartial({ ...text, fontSize: SMALL_SIZE, align: TextAsset_Align.ALIGN_LEFT });
  return [
    Clip.fromPartial({
      asset: { $case: 'color', value: ColorAsset.fromPartial({ color }) },
      layout: layoutAt(bar, { width: 100, height: 16 }),
      enter,
    }),
    Clip.fromPartial({
      asset: { $case: 'text', value: made },
      layout: layoutAt(bar, { width: 94, height: 16 }),
      enter,
    }),
  ];
}

/** A layer `news-title`: a text in a box at the upper left. */
export function newsTitleOf(source: Source, frame: Frame): Clip | undefined {
  const text = textIn(source);
  if (!text) return undefined;
  const color = colorIn(source, 'backgroundColor') ?? '#D02A42';
  noteSpeed(source);
  if (source.has('position')) source.warn('position', 'is not used by editly either; it is left out');
  const made = TextAsset.fromPartial({
    ...text,
    fontSize: SMALL_SIZE,
    align: TextAsset_Align.ALIGN_LEFT,
    verticalAlign: TextAsset_VerticalAlign.VERTICAL_ALIGN_TOP,
    background: { color, padding: 32, radius: 0 },
  });
  const left = (7 * Math.min(frame.width, frame.height)) / frame.width;
  return Clip.fromPartial({
    asset: { $case: 'text', value: made },
    layout: layoutAt(
      { anchor: Anchor.ANCHOR_TOP_LEFT, x: Math.round(left * 100) / 100, y: 8 },
      { width: 86, height: 40 },
    ),
    enter: Animation.fromPartial({ kind: Animation_Kind.KIND_SLIDE_RIGHT }),
  });
}

/** A layer `slide-in-text`. */
export function slideInTextOf(source: Source, frame: Frame): Clip | undefined {
  const text = textIn(source);
  if (!text) return undefined;
  const place = placeIn(source);
  const color = colorIn(source, 'color') ?? text.color;
  const share = (key: string, otherwise: number) => (source.number(key) ?? otherwise) * frame.width;
  // Their unit of spacing is a thousandth of the font size.
  const pixels = share('fontSize', 0.05);
  const spacing = (share('charSpacing', 0.1) * pixels) / 1000;
  const made = TextAsset.fromPartial({
    ...text,
    color,
    fontSize: scaledPixels(pixels, frame, { min: 4, max: 1000 }),
    letterSpacing: scaledPixels(spacing, frame, { min: -100, max: 200 }),
    align: alignAt(place),
    ...alignsAt(place),
  });
  return Clip.fromPartial({
    asset: { $case: 'text', value: made },
    layout: layoutAt(place, { width: 90, height: 90 }),
    enter: Animation.fromPartial({ kind: Animation_Kind.KIND_WIPE_RIGHT }),
    exit: Animation.fromPartial({ kind: Animation_Kind.KIND_FADE }),
  });
}

/** When and how fast a title appears. */
function noteSpeed(source: Source): void {
  for (const key of ['delay', 'speed'])
    if (source.has(key)) {
      source.ignore(key);
      source.warn(key, 'has no counterpart; the text appears at once, in half a second');
    }
}
