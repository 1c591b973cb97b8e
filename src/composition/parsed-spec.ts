import type { AssetRef, Montage } from './montage.js';
import type { Violation } from './violation.js';

/** A font of the server's operator, by file name, and the field of the request that named it. */
export interface FontRef {
  readonly name: string;
  readonly field: string;
}

/** What became of a submitted spec. */
export interface ParsedSpec {
  /** Null exactly when there are violations. */
  readonly montage: Montage | null;
  /** Everything wrong with it that can be seen without reading inputs. */
  readonly violations: readonly Violation[];
  /** Every input that it names, also when something else is wrong, so that all violations can be told at once. */
  readonly assets: readonly AssetRef[];
  /** Every font that it names, and the field that does. */
  readonly fonts: readonly FontRef[];
}
