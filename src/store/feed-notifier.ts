import { hintOf, type TaskFeed, type TaskFeedListener, type TaskHint } from '../task/ports/task-feed.js';
import type { Task } from '../task/task.js';

/** The sending end of a feed, which a store calls after each change. */
export interface FeedNotifier {
  readonly feed: TaskFeed;
  /** Calls every listener before it returns. */
  changed(task: Task): void;
  /** A task is gone; this was its last state. */
  removed(task: Task): void;
  hint(hint: TaskHint): void;
  gap(): void;
}

/**
 * A feed within this process, without a queue: each listener is called before the notifying call returns.
 * @param follow the store's own; default: every change is announced anyway.
 */
export function createFeedNotifier(follow: TaskFeed['follow'] = () => () => undefined): FeedNotifier {
  const listeners = new Set<TaskFeedListener>();

  function notify(call: (listener: TaskFeedListener) => void): void {
    // A copy: a listener may unsubscribe itself or another meanwhile.
    for (const listener of [...listeners]) {
      try {
        call(listener);
      } catch (error) {
        // The change is already stored: a listener's bug must not turn the writer's answer into "failed". It surfaces as uncaught.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  const notifier: FeedNotifier = {
    feed: {
      follow,
      subscribe: (listener) => {
        // An entry of its own for each subscription, so that the same listener may subscribe twice.
        const entry: TaskFeedListener = {
          onHint: (hint) => {
            listener.onHint(hint);
          },
          onGap: () => {
            listener.onGap();
          },
        };
        listeners.add(entry);
        return () => {
          listeners.delete(entry);
        };
      },
    },
    changed: (task) => {
      const { nextDeliveryMs } = task;
      notifier.hint({ ...hintOf(task), ...(typeof nextDeliveryMs === 'number' && { dueMs: nextDeliveryMs }) });
    },
    // One revision past its last state, so that every follower reads it again, and finds nothing.
    removed: ({ tenant, id, revision }) => {
      notifier.hint({ key: { tenant, id }, revision: revision + 1, state: null, fence: null });
    },
    hint: (hint) => {
      notify((listener) => {
        listener.onHint(hint);
      });
    },
    gap: () => {
      notify((listener) => {
        listener.onGap();
      });
    },
  };
  return notifier;
}
