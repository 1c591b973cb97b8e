import type { Collection, Document } from 'mongodb';
import type { TaskHint } from '../../task/ports/task-feed.js';
import type { TaskState } from '../../task/task.js';
import { followChanges, OF_COLLECTION, ofChange, type FollowChangesOptions } from './follow-changes.js';
import type { TaskDocument } from './task-document.js';

/** The part of an event that the pipeline keeps. */
interface Change {
  readonly operationType: string;
  readonly documentKey?: { readonly _id: TaskDocument['_id'] };
  readonly revision?: number;
  readonly state?: TaskState;
  readonly fence?: number;
}

export interface ChangeFeedOptions extends Pick<
  FollowChangesOptions,
  'onAnswer' | 'onGap' | 'deadlineMs' | 'onBackgroundError' | 'signal'
> {
  readonly onHint: (hint: TaskHint) => void;
}

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
      $or: [{ revision: { $type: 'number' } }, { operationType: 'delete' }, OF_COLLECTION],
    },
  },
];

/** Each process hears of every claim and end of the whole fleet. Asked for them one by one, the server and the processes of a busy fleet would do little else. */
const SPACING_MS = 100;

/** Passes every change of a state in the collection, of any process, on by one change stream for the whole process; as `followChanges`. */
export async function openChangeFeed(tasks: Collection<TaskDocument>, options: ChangeFeedOptions): Promise<void> {
  await followChanges(tasks, {
    ...options,
    pipeline: PIPELINE,
    spacingMs: SPACING_MS,
    onChange: (change) => {
      const hint = hintOfChange(change as Change);
      if (hint) options.onHint(hint);
      return hint !== null;
    },
  });
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
