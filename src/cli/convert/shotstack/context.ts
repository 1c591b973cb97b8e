import type { Frame } from '../canvas.js';
import type { Report } from '../report.js';

/** What the parts of a clip need to know. */
export interface ClipContext {
  readonly frame: Frame;
  readonly report: Report;
}
