/** A process that renders, as it describes itself. */
export interface WorkerInfo {
  /** Its name, different after each start. */
  readonly owner: string;
  /** Renders it can do at a time. */
  readonly slots: number;
  readonly build: WorkerBuild | null;
  /** It looks at inputs for processes without ffmpeg. Absent: it does not, or is of a version that does not say. */
  readonly inspects?: true;
}

/** The ffmpeg of a worker. */
export interface WorkerBuild {
  readonly version: string;
  readonly encoders: readonly string[];
  readonly decoders: readonly string[];
  /** The encoders that make H.264 and HEVC by ffmpeg's names, null for none. Absent: it is of a version that does not say. */
  readonly h264Encoder?: string;
  readonly hevcEncoder?: string | null;
  /** Hardware encoders that were tried and do not work. Absent: none. */
  readonly failedEncoders?: readonly FailedEncoder[];
}

/** A hardware encoder that does not work on a machine. */
export interface FailedEncoder {
  /** By ffmpeg's name. */
  readonly encoder: string;
  /** For people; names no path of the server. */
  readonly reason: string;
}

/** The register of living workers. Methods reject as those of `TaskStore`. */
export interface WorkerStore {
  /** This worker is alive, for the next `leaseMs` by the store's clock. */
  announceWorker(worker: WorkerInfo, options: { leaseMs: number }): Promise<void>;

  /** This worker is leaving. */
  forgetWorker(owner: string): Promise<void>;

  /** The workers that are alive. */
  workers(): Promise<readonly WorkerInfo[]>;
}
