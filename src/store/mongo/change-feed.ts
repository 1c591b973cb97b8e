import { setTimeout as sleep } from 'node:timers/promises';
import { MongoServerError, type ChangeStream, type Collection, type Document, type Timestamp } from 'mongodb';
import type { TaskHint } from '../../task/ports/task-feed.js';
import type { TaskState } from '../../task/task.js';
import { withDeadline } from './calls.js';
import type { TaskDocument } from './task-document.js';

/** Where to read on: behind an event, or from a time of the server's. */
type Position = { readonly resumeAfter: unknown } | { readonly startAtOperationTime: Timestamp };

/** The part of an event that the pipeline keeps. */
interface Change {
  readonly operationType: string;
  readonly documentKey?: { readonly _id: TaskDocument['_id'] };
  readonly revision?: number;
  readonly state?: TaskState;
  readonly fence?: number;
}

export interface ChangeFeedOptions {
  readonly onHint: (hint: TaskHint) => void;
  readonly onGap: () => void;
  /** The server has answered, with changes or without. */
  readonly onAnswer?: () => void;
  readonly deadlineMs: number;
  /** Called when the feed broke off and will be opened again. */
  readonly onBackgroundError: (cause: unknown) => void;
  /** Ends the feed; close its client right after, which interrupts the wait for the next change. */
  readonly signal: AbortSignal;
}

/** 286: the log no longer reaches back to our position; 280: the position cannot be used. */
const LOST_POSITION_CODES: ReadonlySet<unknown> = new Set([280, 286]);

/** Each empty answer brings a newer position, so that an idle feed never falls out of the server's log. */
const MAX_AWAIT_MS = 1000;

const ofChange = (field: string): Document => ({
  $ifNull: [`$fullDocument.${field}`, `$updateDescription.updatedFields.${field}`],
});
const isOfType = (type: string): Document => ({ $eq: ['$operationType', type] });
const isUnchanged = (field: string): Document => ({
  $eq: [{ $type: `$updateDescription.updatedFields.${field}` }, 'missing'],
});

/**
 * The server hands on what every process needs: a task that is new, is gone, or has another state or fence. Progress, nearly all of the changes, does not
 * leave it (`followed-tasks.ts` asks for it). An update names the fields that it changed. A small document comes as a whole instead, and
 * progress is known by its phase: an attempt begins with FETCHING.
 */
const PIPELINE: Document[] = [
  {
    $project: {
      operationType: 1,
      documentKey: 1,
      revision: ofChange('revision'),
      state: ofChange('state'),
      fence: ofChange('fence'),
      isProgress: {
        $or: [
          { $and: [isOfType('update'), isUnchanged('state'), isUnchanged('fence')] },
          {
            $and: [
              isOfType('replace'),
              { $eq: ['$fullDocument.state', 'RUNNING'] },
              { $ne: ['$fullDocument.progress.phase', 'FETCHING'] },
            ],
          },
        ],
      },
    },
  },
  {
    $match: {
      isProgress: false,
      $or: [
        { revision: { $type: 'number' } },
        { operationType: { $in: ['delete', 'invalidate', 'drop', 'rename', 'dropDatabase'] } },
      ],
    },
  },
];

/**
 * Passes every change of a state in the collection, of any process, on by one change stream for the whole process. Resolves once it is open: nothing
 * stored after that is missed. When it breaks off it is opened again where it was; when the server no longer knows that position, from now, and
 * the listeners learn of a gap.
 * @throws the driver's error, if it cannot be opened the first time.
 */
export async function openChangeFeed(tasks: Collection<TaskDocument>, options: ChangeFeedOptions): Promise<void> {
  const start = await currentTime(tasks, options.deadlineMs);
  await new Promise<void>((resolve, reject) => {
    void keepFollowing(tasks, start, { ...options, onOpen: resolve, onFirstFailure: reject });
  });
}

interface Following {
  /** Null: lost; from now on, then. */
  position: Position | null;
  wasOpen: boolean;
  failures: number;
}

async function keepFollowing(
  tasks: Collection<TaskDocument>,
  start: Position,
  options: ChangeFeedOptions & { onOpen: () => void; onFirstFailure: (cause: unknown) => void },
): Promise<void> {
  const { signal, onHint, onGap } = options;
  const state: Following = { position: start, wasOpen: false, failures: 0 };
  while (!signal.aborted) {
    try {
      const isGap = state.position === null;
      state.position ??= await currentTime(tasks, options.deadlineMs);
      await follow(tasks, state.position, {
        onHint,
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
  { signal, onBackgroundError }: ChangeFeedOptions,
): Promise<void> {
  if (signal.aborted) return;
  if (isPositionLost(error)) state.position = null;
  state.failures += 1;
  onBackgroundError(error);
  await pause(Math.min(5000, 50 * 2 ** Math.min(state.failures, 10)) * (0.5 + Math.random()), signal);
}

interface FollowOptions {
  readonly onHint: (hint: TaskHint) => void;
  readonly onPosition: (position: Position) => void;
  readonly onAnswer: () => void;
  readonly onOpen: () => void;
}

/** Follows until something breaks. */
async function follow(tasks: Collection<TaskDocument>, position: Position, options: FollowOptions): Promise<never> {
  const stream: ChangeStream<TaskDocument, Change & Document> = tasks.watch(PIPELINE, {
    ...position,
    maxAwaitTimeMS: MAX_AWAIT_MS,
  });
  // The first token comes with the server's answer to the opening, before any change.
  stream.once('resumeTokenChanged', options.onOpen);
  stream.on('resumeTokenChanged', (token: unknown) => {
    options.onPosition({ resumeAfter: token });
  });
  try {
    for (;;) {
      const change = await stream.tryNext();
      options.onAnswer();
      if (change === null) continue;
      const hint = hintOfChange(change);
      if (hint === null) throw new InvalidatedError(change.operationType);
      options.onHint(hint);
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
    super(`the collection of tasks was changed as a whole: ${operationType}`);
    this.name = 'InvalidatedError';
  }
}

function hintOfChange({ operationType, documentKey, revision, state, fence }: Change): TaskHint | null {
  if (documentKey === undefined) return null;
  const { tenant, id } = documentKey._id;
  // The event does not name the revision. One past any makes every follower read again, and find nothing.
  if (operationType === 'delete')
    return { key: { tenant, id }, revision: Number.MAX_SAFE_INTEGER, state: null, fence: null };
  if (revision === undefined) return null;
  return { key: { tenant, id }, revision, state: state ?? null, fence: fence ?? null };
}

function isPositionLost(error: unknown): boolean {
  if (error instanceof InvalidatedError) return true;
  return (
    error instanceof MongoServerError &&
    (LOST_POSITION_CODES.has(error.code) || error.hasErrorLabel('NonResumableChangeStreamError'))
  );
}

async function currentTime(tasks: Collection<TaskDocument>, deadlineMs: number): Promise<Position> {
  const hello = await withDeadline(deadlineMs, ({ signal }) => tasks.db.command({ hello: 1 }, { signal }));
  return { startAtOperationTime: hello.operationTime as Timestamp };
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  // Rejects when aborted, which the loop sees for itself.
  await sleep(durationMs, undefined, { signal }).catch(() => undefined);
}
