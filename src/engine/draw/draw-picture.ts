import type { Drawing } from '../../composition/drawing.js';
import type { Picture } from './picture.js';
import { border, boxShadow, roundedMask } from './shapes.js';
import { flatSurface, linearGradient, radialGradient } from './surface.js';
import { prepareText, type PreparedText } from './text/draw-text.js';
import type { FontBook } from './text/font-book.js';

/** A drawing as a picture, and the code points that no font has. */
export interface Drawn {
  readonly picture: Picture;
  readonly missing: readonly number[];
}

/** Draws one after another. The parts of a text follow each other, so that it is laid out once for all of them. */
export interface Drawer {
  /** @throws FontUnusableError. */
  draw(drawing: Drawing): Promise<Drawn>;
}

/** A drawer with these fonts. */
export function createDrawer(fonts: FontBook): Drawer {
  let last: { readonly key: string; readonly text: PreparedText } | null = null;

  return {
    async draw(drawing) {
      const { content, width, height } = drawing;
      if (content.kind !== 'TEXT') return { picture: pictureOf(drawing, content), missing: [] };
      const key = JSON.stringify([content.text, width, height]);
      const text = last?.key === key ? last.text : await prepareText(content.text, drawing, fonts);
      last = { key, text };
      return { picture: text.draw(content.part), missing: text.missing };
    },
  };
}

type Textless = Exclude<Drawing['content'], { kind: 'TEXT' }>;

function pictureOf(size: Drawing, content: Textless): Picture {
  switch (content.kind) {
    case 'COLOR':
      return flatSurface(content.color, size);
    case 'LINEAR_GRADIENT':
      return linearGradient(content.degrees, content.stops, size);
    case 'RADIAL_GRADIENT':
      return radialGradient(content.stops, size);
    case 'ROUNDED_MASK':
      return roundedMask(content.box, size);
    case 'BORDER':
      return border(content.line, content.radius, content.color, size);
    case 'BOX_SHADOW':
      return boxShadow(content, size);
  }
}
