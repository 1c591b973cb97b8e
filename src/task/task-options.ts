import type { NotifyTarget } from './notify.js';

/** The options of a submit that stay with the task. As one value they go from the request into the task and out to callers. */
export interface TaskOptions {
  /** The caller's own marks. */
  readonly labels: Readonly<Record<string, string>>;
  /** -100 to 100, higher first. */
  readonly priority: number;
  readonly timeouts: Timeouts;
  /** How long the record and its outputs are kept after the end. */
  readonly ttlMs: number;
  /** Attempts that may end in an error of the task's own, at least 1. */
  readonly maxAttempts: number;
  /** Absent in records of the first release: `USE`. */
  readonly cache?: CacheMode;
  /** Who is told of its events; absent in records of earlier releases: nobody. */
  readonly notify?: readonly NotifyTarget[];
}

/** `NO_STORE`: no result of an earlier step is reused, and none is kept. `RELOAD`: none is reused, and new ones are kept. */
export type CacheMode = 'USE' | 'NO_STORE' | 'RELOAD';

/** How long parts of the work may take; null: the worker's own setting. */
export interface Timeouts {
  readonly queueMs: number;
  readonly totalMs: number | null;
  readonly stallMs: number | null;
  readonly fetchMs: number | null;
}
