/** How much of the service a tenant may use; null: as much as there is. */
export interface TenantLimits {
  /** Submits and retries: so many a second over time, and so many at once. */
  readonly submits: SubmitRate | null;
  readonly queued: number | null;
  readonly running: number | null;
  /** Streams and long polls at once, of one process. */
  readonly watches: number | null;
  /** Open connections over which a tenant has called, of one process. */
  readonly connections: number | null;
  /** Inspections of inputs at once, of one process. */
  readonly inspections: number | null;
  /** Of one task: the pixels of a frame times the frames, of all videos and all outputs with a picture together. */
  readonly pixelFrames: number | null;
  /** The same of all tasks of a UTC day. */
  readonly pixelFramesPerDay: number | null;
  /** Of one task: the bytes of all its inputs together, each counted once. */
  readonly inputBytes: number | null;
  /** Of the outputs of all tasks that there are. */
  readonly outputBytes: number | null;
  /** Of all uploads that there are. */
  readonly uploadBytes: number | null;
  /** Files that were uploaded and are kept. */
  readonly uploads: number | null;
  readonly maxPriority: number | null;
}

/** `burst` submits in each window of `burst / perSecond` seconds. */
export interface SubmitRate {
  readonly perSecond: number;
  /** At least 1. */
  readonly burst: number;
}

export const NO_LIMITS: TenantLimits = {
  submits: null,
  queued: null,
  running: null,
  watches: null,
  connections: null,
  inspections: null,
  pixelFrames: null,
  pixelFramesPerDay: null,
  inputBytes: null,
  outputBytes: null,
  uploadBytes: null,
  uploads: null,
  maxPriority: null,
};

/** The limits by their names in the limits file and in errors, with their units. */
export const LIMIT_UNITS = {
  submits_per_second: 'submits',
  queued: 'tasks',
  running: 'tasks',
  watches: 'watches',
  connections: 'connections',
  inspections: 'inspections',
  pixel_frames: 'pixel-frames',
  pixel_frames_per_day: 'pixel-frames',
  input_bytes: 'bytes',
  output_bytes: 'bytes',
  upload_bytes: 'bytes',
  uploads: 'uploads',
  max_priority: 'priority',
} as const;

export type LimitName = keyof typeof LIMIT_UNITS;
