import type { Collection, Document, IndexDescription } from 'mongodb';
import type {
  InspectionClaim,
  InspectionKind,
  InspectionListener,
  InspectionRequest,
  InspectionStore,
} from '../../task/ports/inspection-store.js';
import type { Calls, CallOptions } from './calls.js';
import { leaseEnd } from './task-document.js';

/** A request to the workers. */
export interface InspectionDocument {
  readonly _id: string;
  readonly tenant: string;
  readonly kind: InspectionKind;
  readonly text: string;
  readonly state: 'OPEN' | 'TAKEN' | 'ANSWERED';
  readonly worker: string | null;
  readonly claimId: string | null;
  readonly answer: string | null;
  /** By the server's clock; there once it was taken. */
  readonly lease_expires?: Date;
  /** By the server's clock: nobody waits longer. */
  readonly expires: Date;
}

export const INSPECTIONS = 'inspections';

/** Of an asker that died nobody else removes the requests. */
export const INSPECTION_INDEXES: IndexDescription[] = [
  { name: 'open', key: { state: 1, expires: 1 }, partialFilterExpression: { state: 'OPEN' } },
  { name: 'over', key: { expires: 1 }, expireAfterSeconds: 0 },
];

/** The requests of a database; see `InspectionStore`. @param follow hands on their changes. */
export function inspectionsIn(
  calls: Calls,
  inspections: Collection<InspectionDocument>,
  follow: (listener: InspectionListener) => () => void,
): InspectionStore {
  return {
    ask: async (request, { ttlMs }) => {
      await calls.ask((call) =>
        inspections.updateOne({ _id: request.id }, insertion(request, ttlMs), { upsert: true, ...call }),
      );
    },
    claim: async ({ owner, claimId, leaseMs }) => {
      const taken = {
        state: 'TAKEN',
        worker: { $literal: owner },
        claimId: { $literal: claimId },
        lease_expires: leaseEnd(leaseMs),
      };
      const found = await calls.change(async (call, isRepeat) => {
        const mine = isRepeat ? await settled(inspections, { claimId }, call) : null;
        return (
          mine ??
          (await inspections.findOneAndUpdate(
            { state: 'OPEN', $expr: { $gt: ['$expires', '$$NOW'] } },
            [{ $set: taken }],
            {
              sort: { expires: 1 },
              returnDocument: 'after',
              ...call,
            },
          ))
        );
      });
      return found && { request: requestOf(found), claimId };
    },
    renew: (claim, { leaseMs }) =>
      calls.ask(async (call) => {
        const renewed = { $set: { lease_expires: leaseEnd(leaseMs) } };
        return (await inspections.updateOne(heldBy(claim), [renewed], { ...call })).matchedCount > 0;
      }),
    answer: (claim, answer) =>
      calls.change(async (call, isRepeat) => {
        const { matchedCount } = await inspections.updateOne(
          heldBy(claim),
          { $set: { state: 'ANSWERED', answer } },
          { ...call },
        );
        if (matchedCount > 0 || !isRepeat) return matchedCount > 0;
        return (await settled(inspections, { claimId: claim.claimId }, call))?.state === 'ANSWERED';
      }),
    giveBack: async (claim) => {
      await calls.ask((call) => inspections.updateOne(heldBy(claim), { $set: OPEN_AGAIN }, { ...call }));
    },
    look: async (id) => {
      const found = await calls.ask((call) =>
        // A change that changes nothing is none that others hear of.
        inspections.findOneAndUpdate({ _id: id }, [{ $replaceWith: { $cond: [HAS_LAPSED, reopened, '$$ROOT'] } }], {
          returnDocument: 'after',
          ...call,
        }),
      );
      return found && { isTaken: found.state === 'TAKEN', answer: found.answer };
    },
    remove: async (id) => {
      await calls.ask((call) => inspections.deleteOne({ _id: id }, { ...call }));
    },
    follow,
  };
}

const OPEN_AGAIN = { state: 'OPEN', worker: null, claimId: null } as const;
const reopened: Document = { $mergeObjects: ['$$ROOT', OPEN_AGAIN] };
const HAS_LAPSED: Document = { $and: [{ $eq: ['$state', 'TAKEN'] }, { $lte: ['$lease_expires', '$$NOW'] }] };

/** Inserts unless it is there. The server's clock needs a pipeline, and in that the caller's texts are literals. */
function insertion({ id, tenant, kind, text }: InspectionRequest, ttlMs: number): Document[] {
  const made = { _id: id, tenant, kind, text, ...OPEN_AGAIN, answer: null };
  const document = { $mergeObjects: [{ $literal: made }, { expires: leaseEnd(ttlMs) }] };
  const isNew = { $eq: [{ $type: '$state' }, 'missing'] };
  return [{ $replaceWith: { $cond: [isNew, document, '$$ROOT'] } }];
}

function heldBy({ request, claimId }: InspectionClaim): { _id: string; state: 'TAKEN'; claimId: string } {
  return { _id: request.id, state: 'TAKEN', claimId };
}

/** With everything that any write before has done to it. A claim is of one request, and rarely looked for: without an index. */
function settled(
  inspections: Collection<InspectionDocument>,
  filter: { readonly claimId: string },
  call: CallOptions,
): Promise<InspectionDocument | null> {
  return inspections.findOne(filter, { readConcern: 'majority', ...call });
}

function requestOf({ _id, tenant, kind, text }: InspectionDocument): InspectionRequest {
  return { id: _id, tenant, kind, text };
}
