import type { ArtifactStore } from '../task/ports/artifact-store.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import type { OutputStore } from '../task/ports/output-store.js';
import type { StandIns } from './outputs/stand-ins.js';
import type { Toolchain } from './toolchain.js';
import type { Fonts } from './captions/fonts.js';
import type { Supervise } from './process/supervisor.js';
import type { Clocks } from './process/watchdog.js';
import type { RenderLog } from './render-log.js';
import type { Seats } from './steps/seats.js';
import type { FileHashes } from './reuse/file-identity.js';

export interface RendererOptions {
  readonly toolchain: Toolchain;
  /** Codings by hardware that work here. */
  readonly standIns: StandIns;
  /** Runs tools. */
  readonly supervise: Supervise;
  readonly fonts: Fonts;
  readonly assets: AssetSource;
  readonly outputs: OutputStore;
  /** Results of earlier steps; null: every step is done anew. */
  readonly artifacts: ArtifactStore | null;
  /** Of files of this machine. */
  readonly hashes: FileHashes;
  /** A folder of this process alone, with room for a finished video per render. */
  readonly scratchRoot: string;
  /** `totalMs` is for a whole attempt; the others for each of its processes. */
  readonly clocks: Clocks;
  /** Shared by all attempts of the process. */
  readonly seats: Seats;
  readonly log?: RenderLog;
}
