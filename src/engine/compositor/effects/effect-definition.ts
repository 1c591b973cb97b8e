import type { EffectKind, EffectOf } from '../../../composition/clip-effect.js';
import type { Rational } from '../../../composition/frame-grid.js';
import type { FileList, GraphFile } from '../render-plan.js';
import type { ClipFormat } from '../stage.js';

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** The clip that an effect is applied to. */
export interface EffectClip {
  readonly frames: number;
  /** The first frame that arrives: filters count from it. */
  readonly fromFrame: number;
  readonly frameSize: FrameSize;
  readonly frameRate: Rational;
  /** Unique in the graph: pads that an effect makes begin with it. */
  readonly name: string;
  /** What the clip is finished in; its frames arrive in a format that this holds. */
  readonly format: ClipFormat;
  /** Whether frames may arrive that are not opaque everywhere. */
  readonly hasHoles: boolean;
  readonly files: FileList;
  /** The table of a LUT's asset. @throws RangeError for one that was not read. */
  readonly lut: (uri: string) => GraphFile;
}

/** The implementation of one kind of effect. */
export interface EffectDefinition<K extends EffectKind> {
  /** Filters of ffmpeg that it needs. */
  readonly filters: readonly string[];
  /** As filters in a row, which may lead through pads of their own. Times are frames, each one unit: the first that arrives has the time 0, and so must the first that leaves. */
  render(effect: EffectOf<K>, clip: EffectClip): string[];
}
