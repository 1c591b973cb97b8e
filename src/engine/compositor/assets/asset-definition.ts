import type { ShownClip } from '../section.js';
import type { Stage } from '../stage.js';

/** A clip on its way through the graph. */
export interface StagedClip {
  readonly shown: ShownClip;
  /** Unique in the graph. */
  readonly name: string;
  /** Filters that make the clip as long as it must be and apply its effects, and the pad it ends in. */
  readonly end: string;
}

/** A clip that is fitted into the frame. */
export interface OpenedClip {
  readonly chains: readonly string[];
  readonly pad: string;
  /** Whether it is all frames that are shown, or the one that stands for all of them. */
  readonly moving: boolean;
}

/** How clips of one kind of asset are opened, fitted into the frame and brought to the output's rate. */
export interface AssetDefinition {
  /** Filters of ffmpeg that it uses. */
  readonly filters: readonly string[];
  /** The clips of this kind on one layer, as chains that finish each with its `end`. */
  chains(clips: readonly StagedClip[], stage: Stage): string[];
  /** One clip by itself. @param name unique in the graph. */
  open(shown: ShownClip, name: string, stage: Stage): OpenedClip;
}
