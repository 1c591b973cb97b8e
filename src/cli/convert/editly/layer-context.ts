import type { Frame } from '../canvas.js';

/** What layers need to know of the document and of their clip. */
export interface LayerContext {
  readonly frame: Frame;
  /** Whether sounds of clips are heard, and by how much louder they are. */
  readonly keepSourceAudio: boolean;
  readonly gainDb: number;
  /** Length of the clip, where it is said. */
  readonly clipNs: bigint | undefined;
}
