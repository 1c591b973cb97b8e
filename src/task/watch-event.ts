import type { Task } from './task.js';

/** One message to a watcher. All watchers of a revision get the same `task` object, so that a transport can serialise it once. */
export type WatchEvent = { readonly kind: 'task'; readonly task: Task } | { readonly kind: 'heartbeat' };
