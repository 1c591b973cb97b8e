import type { TaskKey } from './task.js';

/** A small picture of a running task's newest frames. */
export interface Preview {
  readonly jpeg: Uint8Array;
  /** Rises with each preview of this process. */
  readonly number: number;
}

/** The previews of the tasks that this process renders, in its memory: one for each, the newest. They are no part of a task's record. */
export interface Previews {
  show(key: TaskKey, jpeg: Uint8Array): void;
  remove(key: TaskKey): void;
  of(key: TaskKey): Preview | null;
  /** Calls back at each new one of this task. @returns ends that. */
  follow(key: TaskKey, listener: () => void): () => void;
}

export function createPreviews(): Previews {
  const newest = new Map<string, Preview>();
  const listeners = new Map<string, Set<() => void>>();
  let number = 0;
  return {
    show(key, jpeg) {
      number += 1;
      newest.set(nameOf(key), { jpeg, number });
      for (const listener of listeners.get(nameOf(key)) ?? []) listener();
    },
    remove: (key) => void newest.delete(nameOf(key)),
    of: (key) => newest.get(nameOf(key)) ?? null,
    follow(key, listener) {
      const all = listeners.get(nameOf(key)) ?? new Set();
      listeners.set(nameOf(key), all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0 && listeners.get(nameOf(key)) === all) listeners.delete(nameOf(key));
      };
    },
  };
}

function nameOf({ tenant, id }: TaskKey): string {
  return `${tenant}/${id}`;
}
