import type { Span } from './spans.js';
import type { Trace } from '../trace.js';
import type { ValidSpec } from '../../composition/parsed-spec.js';
import type { Diagnostics } from '../diagnostics.js';
import type { CacheMode } from '../task-options.js';
import type { Helpers } from './helpers.js';
import type { Output, ProgressReport, TaskKey, Timeouts, Warning } from '../task.js';

/** One attempt at one render. */
export interface RenderJob extends ValidSpec {
  readonly key: TaskKey;
  /** Distinguishes what this attempt writes from what any other attempt at the task writes. */
  readonly fence: number;
  readonly attemptId: string;
  /** The number of the attempt and the ids of the submit, for the log. */
  readonly attempt: number;
  readonly trace: Trace;
  /** The task's own limits; null: the engine's. */
  readonly timeouts: Timeouts;
  readonly cache: CacheMode;
}

export interface RenderHooks {
  /** Aborted: the render stops, its processes are killed (all dead ≤ 1 s) and `render` rejects. */
  readonly signal: AbortSignal;
  /** Called as often as there is news, and a last time when the attempt ends in whatever way; must not block. */
  readonly onProgress: (progress: ProgressReport) => void;
  /** Of the attempt: its steps are parts of it. Absent: nobody looks. */
  readonly span?: Span;
  /** Takes a small JPEG of a frame that was just rendered, at most once a second. Absent: none are made. */
  readonly onPreview?: (jpeg: Uint8Array) => void;
  /** Other workers, which may do steps of this attempt. Absent: there are none. */
  readonly helpers?: Helpers;
  /** Called once, when the attempt ends in whatever way, with what was run. */
  readonly onDiagnostics: (diagnostics: Omit<Diagnostics, 'attempt'>) => void;
}

export interface RenderResult {
  /** Verified and published: they can be read when this resolves. */
  readonly outputs: readonly Output[];
  readonly warnings: readonly Warning[];
}

/** Makes videos. Rejects with RenderError for a typed reason. Leaves no process and no scratch file, however it ends. */
export interface Renderer {
  render(job: RenderJob, hooks: RenderHooks): Promise<RenderResult>;
}
