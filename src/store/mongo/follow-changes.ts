import { setTimeout as sleep } from 'node:timers/promises';
import { MongoServerError, type ChangeStream, type Collection, type Document, type Timestamp } from 'mongodb';
import { withDeadline } from './calls.js';

/** Where to read on: behind an event, or from a time of the server's. */
type Position = { readonly resumeAfter: unknown } | { readonly startAtOperationTime: Timestamp };

export interface FollowChangesOptions {
  /** What the server hands on. Must let through what says that the collection was changed as a whole. */
  readonly pipeline: Document[];
  /** @returns whether it was the change of a document: if not, the collection was changed as a whole, and the stream is over. */
  readonly onChange: (change: Document) => boolean;
  readonly onGap: () => void;
  /** The server has answered, with changes or without. */
  readonly onAnswer?: () => void;
  /** A busy stream is asked for its next changes no sooner than so long after the last question; a quiet one hands on a change at once. Default: 0. */
  readonly spacingMs?: number;
  readonly deadlineMs: number;
  /** Called when the stream broke off and will be opened again. */
  readonly onBackgroundError: (cause: unknown) => void;
  /** Ends the stream; close its client right after, which interrupts the wait for the next change. */
  readonly signal: AbortSignal;
}

/** 286: the log no longer reaches back to our position; 280: the position cannot be used. */
const LOST_POSITION_CODES: ReadonlySet<unknown> = new Set([280, 286]);

/** Each empty answer brings a newer position, so that an idle feed never falls out of the server's log. */
const MAX_AWAIT_MS = 1000;

/** The value of a field after a change, whether that came as an update or as a whole document. */
export const ofChange = (field: string): Document => ({
  $ifNull: [`$fullDocument.${field}`, `$updateDescription.updatedFields.${field}`],
});

/** Changes of the collection as a whole. */
export const OF_COLLECTION: Document = {
  operationType: { $in: ['invalidate', 'drop', 'rename', 'dropDatabase'] },
};

/**
 * Passes changes in a collection, of any process, on by one change stream. Resolves once it is open: nothing stored after that is missed. When it breaks off it is
 * opened again where it was; when the server no longer knows that position, from now, and the listener learns of a gap.
 * @throws the driver's error, if it cannot be opened the first time.
 */
export async function followChanges<T extends Document>(
  collection: Collection<T>,
  options: FollowChangesOptions,
): Promise<void> {
  const start = await currentTime(collection, options.deadlineMs);
  await new Promise<void>((resolve, reject) => {
    void keepFollowing(collection, start, { ...options, onOpen: resolve, onFirstFailure: reject });
  });
}

interface Following {
  /** Null: lost; from now on, then. */
  position: Position | null;
  wasOpen: boolean;
  failures: number;
}

async function keepFollowing<T extends Document>(
  collection: Collection<T>,
  start: Position,
  options: FollowChangesOptions & { onOpen: () => void; onFirstFailure: (cause: unknown) => void },
): Promise<void> {
  const { signal, onGap, pipeline, onChange } = options;
  const state: Following = { position: start, wasOpen: false, failures: 0 };
  while (!signal.aborted) {
    try {
      const isGap = state.position === null;
      state.position ??= await currentTime(collection, options.deadlineMs);
      await follow(collection, state.position, {
        spacingMs: options.spacingMs ?? 0,
        pipeline,
        onChange,
        signal,
        onPosition: (position) => {
          state.position = position;
        },
        // Not when it opens: one that opens and breaks at once, again and again, must be tried more and more rarely.
        onAnswer: () => {
          state.failures = 0;
          options.onAnswer?.();
        },
        onOpen: () => {
          state.wasOpen = true;
          options.onOpen();
          // Only now: changes stored from here on are announced, so that a read that the gap causes misses nothing.
          if (isGap) onGap();
        },
      });
    } catch (error) {
      if (state.wasOpen) await afterFailure(error, state, options);
      else {
        options.onFirstFailure(error);
        return;
      }
    }
  }
}

async function afterFailure(
  error: unknown,
  state: Following,
  { signal, onBackgroundError }: FollowChangesOptions,
): Promise<void> {
  if (signal.aborted) return;
  if (isPositionLost(error)) state.position = null;
  state.failures += 1;
  onBackgroundError(error);
  await pause(Math.min(5000, 50 * 2 ** Math.min(state.failures, 10)) * (0.5 + Math.random()), signal);
}

interface FollowOptions extends Pick<FollowChangesOptions, 'pipeline' | 'onChange' | 'signal'> {
  readonly spacingMs: number;
  readonly onPosition: (position: Position) => void;
  readonly onAnswer: () => void;
  readonly onOpen: () => void;
}

/** Follows until something breaks, or the signal aborts. */
async function follow<T extends Document>(
  collection: Collection<T>,
  position: Position,
  options: FollowOptions,
): Promise<void> {
  const stream: ChangeStream<T, Document> = collection.watch(options.pipeline, {
    ...position,
    maxAwaitTimeMS: MAX_AWAIT_MS,
  });
  // The first token comes with the server's answer to the opening, before any change.
  stream.once('resumeTokenChanged', options.onOpen);
  stream.on('resumeTokenChanged', (token: unknown) => {
    options.onPosition({ resumeAfter: token });
  });
  let askedMs = -Infinity;
  try {
    while (!options.signal.aborted) {
      if (stream.bufferedCount() === 0) {
        const waitMs = askedMs + options.spacingMs - performance.now();
        if (waitMs > 0) await pause(waitMs, options.signal);
        askedMs = performance.now();
      }
      const change = await stream.tryNext();
      options.onAnswer();
      if (change === null) continue;
      if (!options.onChange(change)) throw new InvalidatedError(String(change.operationType));
    }
  } finally {
    stream.removeAllListeners('resumeTokenChanged');
    // The stream is dead already; an error of closing it adds nothing.
    await stream.close().catch(() => undefined);
  }
}

/** The collection was dropped or renamed under us: there is nothing to resume. */
class InvalidatedError extends Error {
  constructor(operationType: string) {
    super(`a collection was changed as a whole: ${operationType}`);
    this.name = 'InvalidatedError';
  }
}

function isPositionLost(error: unknown): boolean {
  if (error instanceof InvalidatedError) return true;
  return (
    error instanceof MongoServerError &&
    (LOST_POSITION_CODES.has(error.code) || error.hasErrorLabel('NonResumableChangeStreamError'))
  );
}

async function currentTime<T extends Document>(collection: Collection<T>, deadlineMs: number): Promise<Position> {
  const hello = await withDeadline(deadlineMs, ({ signal }) => collection.db.command({ hello: 1 }, { signal }));
  return { startAtOperationTime: hello.operationTime as Timestamp };
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  // Rejects when aborted, which the loop sees for itself.
  await sleep(durationMs, undefined, { signal }).catch(() => undefined);
}
