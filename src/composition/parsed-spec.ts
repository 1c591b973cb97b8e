import type { AssetRef, FontRef } from './asset.js';
import type { Form } from './form.js';
import type { OutputSpec } from './output-spec.js';
import type { Violation } from './violation.js';

/** All that a render needs to know of a valid spec. */
export interface ValidSpec {
  readonly form: Form;
  /** The files to be made of each of the form's videos. */
  readonly outputs: readonly OutputSpec[];
}

/** The result of parsing a submitted spec. */
export interface ParsedSpec {
  /** Null exactly when there are violations. */
  readonly form: Form | null;
  readonly outputs: readonly OutputSpec[];
  /** Everything wrong with it that can be seen without reading inputs. */
  readonly violations: readonly Violation[];
  /** Every input that it names, also when something else is wrong, so that all violations are reported at once. */
  readonly assets: readonly AssetRef[];
  /** Every font that it names, and the field that does. */
  readonly fonts: readonly FontRef[];
}
