import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Document } from 'mongodb';
import type { StoreSignalListener, StoreSignals } from '../../task/ports/lead-store.js';

export interface SignalsOptions {
  readonly secrets: string;
  readonly leads: string;
  readonly onError: (cause: unknown) => void;
  /** Ends it; close its client right after, which interrupts the wait for the next change. */
  readonly signal: AbortSignal;
}

/** An idle stream asks the server this often. */
const MAX_AWAIT_MS = 10_000;
const MAX_PAUSE_MS = 30_000;

/** Hints about secrets and the lead, by one change stream for the process. It is opened anew when it breaks off, from then on: its listeners learn of a gap, and ask. */
export function followSignals(database: Db, options: SignalsOptions): StoreSignals {
  const listeners = new Set<StoreSignalListener>();
  const each = (call: (listener: StoreSignalListener) => void): void => {
    for (const listener of [...listeners]) call(listener);
  };
  void keepFollowing(database, options, each);
  return {
    subscribe(listener) {
      const entry = { ...listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
  };
}

async function keepFollowing(
  database: Db,
  options: SignalsOptions,
  each: (call: (listener: StoreSignalListener) => void) => void,
): Promise<void> {
  const { secrets, leads, signal, onError } = options;
  const isOver = (): boolean => signal.aborted;
  // Looked for in the log of the server by their names: the bytes of files in the same database do not come here. Nor do the secrets.
  const pipeline: Document[] = [
    { $match: { 'ns.coll': { $in: [secrets, leads] } } },
    { $project: { operationType: 1, ns: 1 } },
  ];
  let failures = 0;
  while (!isOver()) {
    const stream = database.watch<Document, Document & { operationType: string; ns?: { coll?: string } }>(pipeline, {
      maxAwaitTimeMS: MAX_AWAIT_MS,
    });
    stream.once('resumeTokenChanged', () => {
      failures = 0;
      each((listener) => listener.onGap?.());
    });
    try {
      for (;;) {
        const change = await stream.tryNext();
        if (change?.operationType === 'invalidate') break;
        if (change?.ns?.coll === secrets) each((listener) => listener.onSecret?.());
        else if (change?.ns?.coll === leads)
          each((listener) => listener.onLead?.(change.operationType === 'delete' ? 'FREE' : 'HELD'));
      }
    } catch (error) {
      if (!isOver()) onError(error);
    } finally {
      stream.removeAllListeners('resumeTokenChanged');
      // The stream is dead already; an error of closing it adds nothing.
      await stream.close().catch(() => undefined);
    }
    failures += 1;
    const pauseMs = Math.min(MAX_PAUSE_MS, 100 * 2 ** Math.min(failures, 10)) * (0.5 + Math.random());
    // Rejects when aborted, which the loop sees for itself.
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
