import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Document } from 'mongodb';
import type { InspectionListener } from '../../task/ports/inspection-store.js';
import type { StoreSignalListener, StoreSignals } from '../../task/ports/lead-store.js';
import { ofChange } from './follow-changes.js';

export interface SignalsOptions {
  readonly secrets: string;
  readonly leads: string;
  readonly inspections: string;
  readonly onError: (cause: unknown) => void;
  /** Ends it; close its client right after, which interrupts the wait for the next change. */
  readonly signal: AbortSignal;
}

/** An idle stream asks the server this often. */
const MAX_AWAIT_MS = 10_000;
const MAX_PAUSE_MS = 30_000;

/** All hints of a process beside those of tasks and steps. */
export interface Signals extends StoreSignals {
  /** @returns what ends it. */
  followInspections(listener: InspectionListener): () => void;
}

interface Listener extends StoreSignalListener {
  onInspection?(change: InspectionChange): void;
}

/** Hints about secrets, the lead and inspections, by one change stream for the process. It is opened anew when it breaks off, from then on: its listeners learn of a gap, and ask. */
export function followSignals(database: Db, options: SignalsOptions): Signals {
  const listeners = new Set<Listener>();
  const each = (call: (listener: Listener) => void): void => {
    for (const listener of [...listeners]) call(listener);
  };
  void keepFollowing(database, options, each);
  const subscribe = (listener: Listener): (() => void) => {
    const entry = { ...listener };
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
    };
  };
  return {
    subscribe,
    followInspections: ({ onChange, onGap }) =>
      subscribe({
        onGap,
        onInspection: (change) => {
          const state = change.operationType === 'delete' ? 'GONE' : change.state;
          // An update that changes no state renews a lease; who takes a request matters to nobody else.
          if (state && state !== 'TAKEN') onChange(change.documentKey._id, state);
        },
      }),
  };
}

/** The part of an event that the pipeline keeps. */
type Change = Document & {
  readonly operationType: string;
  readonly ns?: { readonly coll?: string };
  readonly documentKey?: { readonly _id: string };
  readonly state?: 'OPEN' | 'TAKEN' | 'ANSWERED';
};

type InspectionChange = Change & Required<Pick<Change, 'documentKey'>>;

async function keepFollowing(
  database: Db,
  options: SignalsOptions,
  each: (call: (listener: Listener) => void) => void,
): Promise<void> {
  const { secrets, leads, inspections, signal, onError } = options;
  const isOver = (): boolean => signal.aborted;
  // Looked for in the log of the server by their names: the bytes of files in the same database do not come here. Nor do the secrets.
  const pipeline: Document[] = [
    { $match: { 'ns.coll': { $in: [secrets, leads, inspections] } } },
    { $project: { operationType: 1, ns: 1, documentKey: 1, state: ofChange('state') } },
  ];
  let failures = 0;
  while (!isOver()) {
    const stream = database.watch<Document, Change>(pipeline, { maxAwaitTimeMS: MAX_AWAIT_MS });
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
        else if (change?.ns?.coll === inspections && change.documentKey) {
          const { documentKey } = change;
          each((listener) => listener.onInspection?.({ ...change, documentKey }));
        }
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
