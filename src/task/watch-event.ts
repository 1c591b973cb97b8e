import type { Preview } from './previews.js';
import type { QueuePlace } from './queue-forecast.js';
import type { Task } from './task.js';

/** One message to a watcher. All watchers of a revision get the same `task` object, so that a transport can serialise it once. */
export type WatchEvent = {
  /** Null unless the task is queued. */
  readonly place: QueuePlace | null;
} & (
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'preview'; readonly preview: Preview }
);
