/** The category of a failed render; the same words as `TaskError.Category` on the wire. */
export type FailureCategory =
  | 'INPUT_FETCH'
  | 'INPUT_MEDIA'
  | 'SPEC'
  | 'RENDER'
  | 'OUTPUT'
  | 'RESOURCE'
  | 'TIMEOUT'
  | 'INTERNAL';

interface FailureKind {
  readonly category: FailureCategory;
  /** Whether the same task may succeed when tried again. */
  readonly retryable: boolean;
}

/** Every way in which a render can fail. The names are stable: callers match on them. */
export const FAILURES = {
  INPUT_NOT_FOUND: { category: 'INPUT_FETCH', retryable: false },
  INPUT_NOT_READABLE: { category: 'INPUT_FETCH', retryable: true },
  /** A URL that this server must not follow: its address is not public, or its form is refused. */
  INPUT_ADDRESS_REFUSED: { category: 'INPUT_FETCH', retryable: false },
  /** The host refuses, or cannot be trusted, and asking again changes nothing. */
  INPUT_FETCH_REFUSED: { category: 'INPUT_FETCH', retryable: false },
  /** The host, or the way to it, failed. */
  INPUT_FETCH_FAILED: { category: 'INPUT_FETCH', retryable: true },
  INPUT_EMPTY: { category: 'INPUT_MEDIA', retryable: false },
  /** Whole, perhaps, but of a format or a kind that is not read here. */
  INPUT_NOT_SUPPORTED: { category: 'INPUT_MEDIA', retryable: false },
  INPUT_NOT_MEDIA: { category: 'INPUT_MEDIA', retryable: false },
  INPUT_NO_VIDEO: { category: 'INPUT_MEDIA', retryable: false },
  INPUT_NO_AUDIO: { category: 'INPUT_MEDIA', retryable: false },
  INPUT_DAMAGED: { category: 'INPUT_MEDIA', retryable: false },
  INPUT_TRUNCATED: { category: 'INPUT_MEDIA', retryable: false },
  INPUT_TOO_LARGE: { category: 'INPUT_MEDIA', retryable: false },
  SUBTITLES_NOT_READABLE: { category: 'INPUT_MEDIA', retryable: false },
  CLIP_TOO_SHORT: { category: 'SPEC', retryable: false },
  /** Two clips of a track overlap without a transition. */
  CLIPS_OVERLAP: { category: 'SPEC', retryable: false },
  /** Two clips with a transition between them do not meet. */
  CLIPS_APART: { category: 'SPEC', retryable: false },
  /** A transition is longer than a clip beside it. */
  TRANSITION_TOO_LONG: { category: 'SPEC', retryable: false },
  VIDEO_TOO_LONG: { category: 'SPEC', retryable: false },
  /** More pixels and frames, or more bytes of inputs, than its tenant may use in one task. */
  TASK_TOO_LARGE: { category: 'SPEC', retryable: false },
  /** No frame of the video lies in the range of an output. */
  RANGE_OUTSIDE_VIDEO: { category: 'SPEC', retryable: false },
  /** An output does not fit into its `max_size_bytes`. */
  OUTPUT_TOO_LARGE: { category: 'SPEC', retryable: false },
  RENDER_FAILED: { category: 'RENDER', retryable: true },
  OUTPUT_MISMATCH: { category: 'OUTPUT', retryable: true },
  OUTPUT_NOT_STORED: { category: 'OUTPUT', retryable: true },
  /** The destination of an output, or the way to it, failed. */
  DESTINATION_FAILED: { category: 'OUTPUT', retryable: true },
  /** The destination refuses the file, or nothing may be sent there. */
  DESTINATION_REFUSED: { category: 'OUTPUT', retryable: false },
  OUT_OF_MEMORY: { category: 'RESOURCE', retryable: true },
  /** The render takes more than it may use; trying again changes nothing. */
  MEMORY_LIMIT_EXCEEDED: { category: 'RESOURCE', retryable: false },
  OUT_OF_DISK: { category: 'RESOURCE', retryable: true },
  /** The machine could start no further process: its limits of open files, processes or memory were reached. */
  OUT_OF_PROCESSES: { category: 'RESOURCE', retryable: true },
  FFMPEG_MISSING: { category: 'RESOURCE', retryable: true },
  /** An output needs an encoder that the worker's ffmpeg does not have; another worker may have it. */
  ENCODER_MISSING: { category: 'RESOURCE', retryable: true },
  FONT_NOT_FOUND: { category: 'RESOURCE', retryable: true },
  STALLED: { category: 'TIMEOUT', retryable: true },
  NO_PROGRESS: { category: 'TIMEOUT', retryable: true },
  DEADLINE_EXCEEDED: { category: 'TIMEOUT', retryable: false },
  FETCH_TIMEOUT: { category: 'TIMEOUT', retryable: true },
  QUEUE_TIMEOUT: { category: 'TIMEOUT', retryable: false },
  WORKER_LOST: { category: 'INTERNAL', retryable: false },
  INTERNAL: { category: 'INTERNAL', retryable: true },
} as const satisfies Record<string, FailureKind>;

export type FailureReason = keyof typeof FAILURES;

/** Why an attempt failed, as it is stored. Category and retryability follow from the reason. */
export interface TaskFailure {
  readonly reason: FailureReason;
  /** For people; names no path of the server. */
  readonly message: string;
  /** Path of the request's field at fault, such as `spec.montage.materials[2].uri`; empty when none is. */
  readonly field: string;
}

/** Thrown by any part of a render. Any other error there counts as INTERNAL. */
export class RenderError extends Error {
  readonly failure: TaskFailure;

  constructor(reason: FailureReason, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'RenderError';
    this.failure = { reason, message, field: options.field ?? '' };
  }
}

/** The failure that an error thrown by a render stands for. */
export function failureOf(error: unknown): TaskFailure {
  if (error instanceof RenderError) return error.failure;
  return { reason: 'INTERNAL', message: 'the render failed for a reason of the service; its log says more', field: '' };
}
