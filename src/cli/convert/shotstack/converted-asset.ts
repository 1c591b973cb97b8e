import type { Anchor, Box, Clip } from '../../../../generated/cutroom/v1/timeline.js';
import type { Source } from '../reader.js';

/** An asset as a clip without times and place, and what its place follows from. */
export interface Asset {
  readonly kind: 'MEDIA' | 'DRAWN' | 'AUDIO' | 'CAPTION';
  readonly clip: Clip;
  /** The part of it that is used. */
  readonly crop?: Box | undefined;
  /** In pixels of the viewport; where it is not given, the viewport's own. */
  readonly size?: { readonly width: number | undefined; readonly height: number | undefined };
  /** A place of its own, for clips that have none. */
  readonly position?: { readonly anchor: Anchor; readonly x: number; readonly y: number } | undefined;
  readonly offset?: Source | undefined;
}
