import type { Drawing } from '../../composition/drawing.js';
import type { NamedFont } from '../captions/font-folder.js';
import type { OwnFont } from '../captions/fonts.js';

/** The fonts that text is drawn with, as files. */
export interface FontFiles {
  /** In the order in which they are asked for a character. */
  readonly own: readonly OwnFont[];
  readonly colorEmoji: string;
  /** Those of the operator's that the drawings name, by that name. */
  readonly named: Readonly<Record<string, NamedFont>>;
}

/** One picture for the program. Files are named relative to the folder in which it runs. */
export interface DrawJob {
  readonly drawing: Drawing;
  /** The PNG to write. */
  readonly out: string;
}

/** The file that the program is handed. */
export interface DrawOrder {
  readonly fonts: FontFiles;
  readonly jobs: readonly DrawJob[];
}

/** A line of the program's standard output: one for each job, in order. */
export type DrawAnswer =
  /** `missing`: code points that no font has. */
  | { readonly kind: 'drawn'; readonly missing: readonly number[] }
  /** The font that the text names cannot be drawn with. */
  | { readonly kind: 'font-unusable' };
