import type { AssetRef, Montage } from './montage.js';
import type { Violation } from './violation.js';

/** What became of a submitted spec. */
export interface ParsedSpec {
  /** Null exactly when there are violations. */
  readonly montage: Montage | null;
  /** Everything wrong with it that can be seen without reading inputs. */
  readonly violations: readonly Violation[];
  /** Every input that it names, also when something else is wrong, so that all violations can be told at once. */
  readonly assets: readonly AssetRef[];
}
