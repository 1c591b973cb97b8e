import type { AnyBulkWriteOperation, Collection, Document, IndexDescription } from 'mongodb';
import type {
  AttemptKey,
  FollowStepsOptions,
  OfferedStep,
  StepClaim,
  StepNews,
  StepStore,
} from '../../task/ports/step-store.js';
import { linkSignals } from '../../task/abort.js';
import type { Calls } from './calls.js';
import { followChanges, OF_COLLECTION, ofChange } from './follow-changes.js';
import { idOf, leaseEnd, type TaskDocument } from './task-document.js';

/** A step that workers may do for each other. */
export interface StepDocument {
  /** As a whole, since a change stream names it with every change; the order of the fields is part of it. */
  readonly _id: {
    readonly by: string;
    readonly tenant: string;
    readonly id: string;
    readonly fence: number;
    readonly step: string;
  };
  /** For the indexes, which know no parts of an `_id`. */
  readonly task: TaskDocument['_id'];
  readonly fence: number;
  readonly hash: string;
  readonly state: 'OPEN' | 'TAKEN' | 'DONE';
  readonly worker: string | null;
  readonly claimId: string | null;
  readonly frames: number;
  /** By the server's clock; there once it was taken. */
  readonly lease_expires?: Date;
  /** By the server's clock. */
  readonly offered: Date;
}

/** Records go with their attempt. Those of an owner that died go with the next attempt, or by themselves: a step without a record is its owner's. */
const FORGOTTEN_S = 86_400;

export const STEP_INDEXES: IndexDescription[] = [
  { name: 'open', key: { state: 1, task: 1, fence: 1 }, partialFilterExpression: { state: 'OPEN' } },
  { name: 'attempt', key: { task: 1, fence: 1 } },
  { name: 'forgotten', key: { offered: 1 }, expireAfterSeconds: FORGOTTEN_S },
];

export interface StepsOptions {
  readonly deadlineMs: number;
  readonly onBackgroundError: (cause: unknown) => void;
  /** Ends the change stream. */
  readonly signal: AbortSignal;
}

/** The steps of a database; see `StepStore`. */
export function stepsIn(
  calls: Calls,
  { steps, stepFeed }: { readonly steps: Collection<StepDocument>; readonly stepFeed: Collection<StepDocument> },
  options: StepsOptions,
): StepStore {
  return {
    offer: async (offered) => {
      if (offered.length === 0) return;
      await calls.ask((call) => steps.bulkWrite(offered.map(insertion), { ordered: false, ...call }));
    },
    open: async (limit, wanted) => {
      const found = await calls.ask((call) => steps.find(openFilter(wanted), { limit, ...call }).toArray());
      return found.map(offeredOf);
    },
    claim: (claim, { leaseMs }) => {
      const { worker, claimId } = claim;
      const taken = { $set: { state: 'TAKEN', worker: literal(worker), claimId, lease_expires: leaseEnd(leaseMs) } };
      return calls.change(async (call, isRepeat) => {
        const { matchedCount } = await steps.updateOne({ _id: stepId(claim), state: 'OPEN' }, [taken], { ...call });
        if (matchedCount > 0 || !isRepeat) return matchedCount > 0;
        return (await settled(steps, claim, call))?.claimId === claimId;
      });
    },
    renew: (claim, { frames, leaseMs }) =>
      calls.ask(async (call) => {
        const renewed = { $set: { frames, lease_expires: leaseEnd(leaseMs) } };
        return (await steps.updateOne(heldBy(claim), [renewed], { ...call })).matchedCount > 0;
      }),
    finish: (claim) =>
      calls.change(async (call, isRepeat) => {
        const { matchedCount } = await steps.updateOne(heldBy(claim), { $set: { state: 'DONE' } }, { ...call });
        if (matchedCount > 0 || !isRepeat) return matchedCount > 0;
        const stored = await settled(steps, claim, call);
        return stored?.claimId === claim.claimId && stored.state === 'DONE';
      }),
    giveBack: async (claim) => {
      await calls.ask((call) => steps.deleteOne(heldBy(claim), { ...call }));
    },
    takeBack: (step, { from }) =>
      calls.change(async (call) => {
        const _id = stepId(step);
        const { deletedCount } = await steps.deleteOne({ _id, ...TAKE_BACK[from] }, { ...call });
        // Without a record, whoever removed it, the step is its owner's.
        return deletedCount > 0 || (await settled(steps, step, call)) === null;
      }),
    ofAttempt: async ({ task, fence }) => {
      const found = await calls.ask((call) => steps.find({ task: idOf(task), fence }, { ...call }).toArray());
      return found.map(({ _id, state, worker, frames }) => ({ task, fence, step: _id.step, state, worker, frames }));
    },
    removeUpTo: async ({ task, fence }) => {
      await calls.ask((call) => steps.deleteMany({ task: idOf(task), fence: { $lte: fence } }, { ...call }));
    },
    follow: (listener) => follow(stepFeed, listener, options),
  };
}

const TAKE_BACK: Readonly<Record<'OPEN' | 'LAPSED' | 'ANY', Document>> = {
  OPEN: { state: 'OPEN' },
  // `$expr` takes a missing lease for one that ended: an open step has none.
  LAPSED: { state: { $in: ['OPEN', 'TAKEN'] }, $expr: { $lte: ['$lease_expires', '$$NOW'] } },
  ANY: { state: { $in: ['OPEN', 'TAKEN'] } },
};

/** In a pipeline a text that begins with a dollar sign is a path. */
function literal(text: string): Document {
  return { $literal: text };
}

type StepName = AttemptKey & { readonly step: string; readonly by: string };

function stepId({ by, task, fence, step }: StepName): StepDocument['_id'] {
  return { by, tenant: task.tenant, id: task.id, fence, step };
}

/** Inserts unless it is there. The server's clock needs a pipeline. */
function insertion(step: OfferedStep): AnyBulkWriteOperation<StepDocument> {
  const { task, fence, hash } = step;
  const made = { task: idOf(task), fence, hash, state: 'OPEN', worker: null, claimId: null, frames: 0 };
  const document = { $mergeObjects: [{ $literal: { _id: stepId(step), ...made } }, { offered: '$$NOW' }] };
  // An update finds the fields of the `_id` alone before it is there.
  const isNew = { $eq: [{ $type: '$state' }, 'missing'] };
  return {
    updateOne: {
      filter: { _id: stepId(step) },
      update: [{ $replaceWith: { $cond: [isNew, document, '$$ROOT'] } }],
      upsert: true,
    },
  };
}

/** For the query of open steps, with its index. */
function openFilter({ notBy, attempt, except = [] }: Parameters<StepStore['open']>[1]): Document {
  const ofTasks = attempt ? { task: idOf(attempt.task), fence: attempt.fence } : { task: { $nin: except.map(idOf) } };
  return { state: 'OPEN', ...ofTasks, '_id.by': { $ne: notBy } };
}

function heldBy(claim: StepClaim): { _id: StepDocument['_id']; state: 'TAKEN'; claimId: string } {
  return { _id: stepId(claim), state: 'TAKEN', claimId: claim.claimId };
}

/** With everything that any write before has done to it. */
function settled(
  steps: Collection<StepDocument>,
  step: StepName,
  call: { readonly signal: AbortSignal; readonly maxTimeMS: number },
): Promise<StepDocument | null> {
  return steps.findOne({ _id: stepId(step) }, { readConcern: 'linearizable', ...call });
}

function offeredOf({ _id, hash }: StepDocument): OfferedStep {
  const { by, tenant, id, fence, step } = _id;
  return { by, task: { tenant, id }, fence, step, hash };
}

/** The server hands on what is new, to everyone, and all changes to the worker that offered. */
function follow(
  steps: Collection<StepDocument>,
  { worker, onOffered, onNews, onGap }: FollowStepsOptions,
  { deadlineMs, onBackgroundError, signal }: StepsOptions,
): Promise<() => void> {
  const ended = linkSignals([signal]);
  const pipeline: Document[] = [
    { $match: { $or: [{ operationType: 'insert' }, { 'documentKey._id.by': worker }, OF_COLLECTION] } },
    {
      $project: {
        operationType: 1,
        documentKey: 1,
        state: ofChange('state'),
        worker: ofChange('worker'),
        frames: ofChange('frames'),
      },
    },
  ];
  const onChange = (change: Document): boolean => {
    const made = change as Change;
    const { documentKey } = made;
    if (!documentKey) return false;
    if (documentKey._id.by === worker) onNews(newsOf({ ...made, documentKey }));
    else if (made.operationType === 'insert') onOffered();
    return true;
  };
  return followChanges(steps, { pipeline, onChange, onGap, deadlineMs, onBackgroundError, signal: ended.signal }).then(
    () => () => {
      ended.abort();
      ended.release();
    },
  );
}

/** The part of an event that the pipeline keeps. An update names the fields that it changed. */
interface Change {
  readonly operationType: string;
  readonly documentKey?: { readonly _id: StepDocument['_id'] };
  readonly state?: StepDocument['state'];
  readonly worker?: string | null;
  readonly frames?: number;
}

function newsOf({
  operationType,
  documentKey,
  state,
  worker,
  frames,
}: Required<Pick<Change, 'documentKey'>> & Change): StepNews {
  const { tenant, id, fence, step } = documentKey._id;
  return {
    ...{ task: { tenant, id }, fence, step },
    // Only a renewal changes no state.
    state: operationType === 'delete' ? 'GONE' : (state ?? 'TAKEN'),
    worker: worker ?? null,
    frames: frames ?? 0,
  };
}
