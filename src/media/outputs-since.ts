import type { OutputStore } from '../task/ports/output-store.js';

/** Publishes to one store, and still has what an earlier version, or another setting, published to this machine. */
export function createOutputsSince(current: OutputStore, earlier: OutputStore): OutputStore {
  return {
    publish: (files, attempt, options) => current.publish(files, attempt, options),
    open: async (location, part) => (await earlier.open(location, part)) ?? current.open(location, part),
    async discard(key, options) {
      await Promise.all([current.discard(key, options), earlier.discard(key, options)]);
    },
    async discardAttempt(attempt) {
      await Promise.all([current.discardAttempt(attempt), earlier.discardAttempt(attempt)]);
    },
    async *attempts() {
      yield* earlier.attempts();
      yield* current.attempts();
    },
  };
}
