import { Anchor, type Box, Layout } from '../../../../generated/cutroom/v1/timeline.js';
import { percent, percentLength } from '../canvas.js';
import { isObject, type Source } from '../reader.js';

/** A place: an anchor, and the point of the frame that it lies at, in percent. */
export interface Place {
  readonly anchor: Anchor;
  readonly x: number;
  readonly y: number;
}

/** Between the edges and what stands at them. */
const MARGIN = 5;

const PLACES: Readonly<Record<string, Place>> = {
  top: { anchor: Anchor.ANCHOR_TOP, x: 50, y: MARGIN },
  bottom: { anchor: Anchor.ANCHOR_BOTTOM, x: 50, y: 100 - MARGIN },
  center: { anchor: Anchor.ANCHOR_CENTER, x: 50, y: 50 },
  'top-left': { anchor: Anchor.ANCHOR_TOP_LEFT, x: MARGIN, y: MARGIN },
  'top-right': { anchor: Anchor.ANCHOR_TOP_RIGHT, x: 100 - MARGIN, y: MARGIN },
  'center-left': { anchor: Anchor.ANCHOR_LEFT, x: MARGIN, y: 50 },
  'center-right': { anchor: Anchor.ANCHOR_RIGHT, x: 100 - MARGIN, y: 50 },
  'bottom-left': { anchor: Anchor.ANCHOR_BOTTOM_LEFT, x: MARGIN, y: 100 - MARGIN },
  'bottom-right': { anchor: Anchor.ANCHOR_BOTTOM_RIGHT, x: 100 - MARGIN, y: 100 - MARGIN },
};

const CENTER: Place = { anchor: Anchor.ANCHOR_CENTER, x: 50, y: 50 };

/** Columns and rows of anchors. */
const ANCHORS: readonly (readonly Anchor[])[] = [
  [Anchor.ANCHOR_TOP_LEFT, Anchor.ANCHOR_TOP, Anchor.ANCHOR_TOP_RIGHT],
  [Anchor.ANCHOR_LEFT, Anchor.ANCHOR_CENTER, Anchor.ANCHOR_RIGHT],
  [Anchor.ANCHOR_BOTTOM_LEFT, Anchor.ANCHOR_BOTTOM, Anchor.ANCHOR_BOTTOM_RIGHT],
];

const COLUMNS = { left: 0, center: 1, right: 2 } as const;
const ROWS = { top: 0, center: 1, bottom: 2 } as const;

/** The anchor of two origins; the upper left corner unless they are said. */
export function anchorIn(source: Source): Anchor {
  const column = source.word('originX', COLUMNS) ?? 0;
  const row = source.word('originY', ROWS) ?? 0;
  return ANCHORS[row]?.[column] ?? Anchor.ANCHOR_TOP_LEFT;
}

/** A field `position`: a word, or an object with shares of the frame. Default: the middle. */
export function placeIn(source: Source): Place {
  if (!isObject(source.value('position'))) return source.word('position', PLACES) ?? CENTER;
  const position = source.object('position');
  if (!position) return CENTER;
  const share = (key: string) => percent((position.number(key) ?? 0) * 100);
  return { x: share('x'), y: share('y'), anchor: anchorIn(position) };
}

/** A box of a size in percent at a place. */
export function layoutAt({ anchor, x, y }: Place, size: { readonly width: number; readonly height: number }): Layout {
  const box: Box = { x, y, width: percentLength(size.width), height: percentLength(size.height) };
  return Layout.fromPartial({ box, anchor });
}
