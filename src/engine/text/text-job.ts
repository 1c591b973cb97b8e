import type { CaptionLayer } from '../../composition/composition.js';
import type { Rational } from '../../composition/frame-grid.js';
import type { Warning } from '../../composition/warning.js';
import type { CaptionDocument } from '../captions/caption-document.js';
import type { CaptionFontFiles } from '../captions/choose-fonts.js';
import type { PackedCues } from './packed-cues.js';

/** Work on text for a thread of its own: with a file of 4 MiB each takes seconds. All of it can be cloned. */
export type TextJob =
  | { readonly kind: 'parse'; readonly bytes: Uint8Array; readonly field: string }
  | { readonly kind: 'parse-cube'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'lay-out';
      /** The layer without its cues. */
      readonly layer: Omit<CaptionLayer, 'cues'>;
      readonly cues: PackedCues;
      readonly canvas: { readonly width: number; readonly height: number; readonly frameRate: Rational };
      readonly fonts: CaptionFontFiles;
      /** How many words may be highlighted. */
      readonly maxWords: number;
    };

/** What came of a job. `refused`: the text cannot be read, for a reason in words for people. */
export type TextResult =
  | { readonly kind: 'parsed'; readonly cues: PackedCues; readonly warnings: readonly Warning[] }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'cube'; readonly content: Uint8Array }
  | { readonly kind: 'cube-refused'; readonly message: string; readonly isDamaged: boolean }
  | {
      readonly kind: 'laid-out';
      readonly document: CaptionDocument;
      readonly shrunk: number;
      /** How many words a highlight goes through. */
      readonly words: number;
    }
  /** There are more words to highlight than may be. */
  | { readonly kind: 'too-many-words' };
