import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection } from 'mongodb';
import type { TaskFeed, TaskHint } from '../../task/ports/task-feed.js';
import type { TaskKey, TaskState } from '../../task/task.js';
import type { Calls } from './calls.js';
import { idOf, type TaskDocument } from './task-document.js';

/** As often as a worker writes progress. */
const POLL_MS = 1000;
const BATCH = 1000;

/**
 * The progress of the tasks that this process follows. It is asked for: a change stream that has the progress of all tasks would cost
 * each process the more, the more the others render. Changes of state come by the stream, so that only running tasks are asked for.
 */
export interface FollowedTasks {
  readonly follow: TaskFeed['follow'];
  /** The feed has this hint of some task. */
  learn(hint: TaskHint): void;
}

export interface FollowedTasksOptions {
  readonly hint: (hint: TaskHint) => void;
  readonly onError: (cause: unknown) => void;
  readonly signal: AbortSignal;
}

interface Followed {
  readonly key: TaskKey;
  followers: number;
  revision: number;
  /** Null: not known yet. */
  state: TaskState | null;
}

export function followTasks(
  calls: Calls,
  tasks: Collection<TaskDocument>,
  { hint, onError, signal }: FollowedTasksOptions,
): FollowedTasks {
  const followed = new Map<string, Followed>();
  let isPolling = false;

  async function poll(): Promise<void> {
    const running = [...followed.values()].filter(({ state }) => state === null || state === 'RUNNING');
    for (let i = 0; i < running.length; i += BATCH) {
      const $in = running.slice(i, i + BATCH).map(({ key }) => idOf(key));
      const found = await calls.ask((options) =>
        tasks
          .find<Pick<TaskDocument, '_id' | 'revision' | 'state' | 'fence'>>(
            { _id: { $in } },
            { projection: { revision: 1, state: 1, fence: 1 }, ...options },
          )
          .toArray(),
      );
      for (const { _id, revision, state, fence } of found) {
        const entry = followed.get(nameOf(_id));
        if (!entry || entry.revision >= revision) continue;
        entry.revision = revision;
        entry.state = state;
        hint({ key: entry.key, revision, state, fence });
      }
    }
  }

  /** Until nothing is followed any more. */
  async function keepPolling(): Promise<void> {
    if (isPolling) return;
    isPolling = true;
    while (followed.size > 0 && !signal.aborted) {
      try {
        await poll();
      } catch (error) {
        if (followed.size > 0) onError(error);
      }
      // Rejects when aborted, which the loop sees for itself.
      await sleep(POLL_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
    isPolling = false;
  }

  return {
    follow: (key) => {
      const name = nameOf(key);
      const entry = followed.get(name) ?? { key, followers: 0, revision: 0, state: null };
      entry.followers += 1;
      followed.set(name, entry);
      void keepPolling();
      return () => {
        entry.followers -= 1;
        if (entry.followers === 0 && followed.get(name) === entry) followed.delete(name);
      };
    },
    learn: ({ key, revision, state }) => {
      const entry = followed.get(nameOf(key));
      if (!entry || entry.revision >= revision) return;
      entry.revision = revision;
      entry.state = state;
    },
  };
}

function nameOf({ tenant, id }: TaskKey): string {
  return JSON.stringify([tenant, id]);
}
