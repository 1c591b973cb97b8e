import type { ShownClip } from '../section.js';
import type { Stage } from '../stage.js';

/** A clip on its way through the graph. */
export interface StagedClip {
  readonly shown: ShownClip;
  /** Unique in the graph. */
  readonly name: string;
  /** Filters in a row for the clip once it is as long as it must be. */
  readonly filters: readonly string[];
  /** The pad that it ends in. */
  readonly pad: string;
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
  /** The clips of this kind on one layer, each of exactly its number of frames, as chains that go on with its `filters` and end in its `pad`. */
  chains(clips: readonly StagedClip[], stage: Stage): string[];
  /** One clip by itself. @param name unique in the graph. */
  open(shown: ShownClip, name: string, stage: Stage): OpenedClip;
}
