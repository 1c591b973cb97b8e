import type { Collection } from 'mongodb';
import type { LeadStore } from '../../task/ports/lead-store.js';
import type { Calls } from './calls.js';
import { isDuplicateKey } from './outcome.js';
import { leaseEnd } from './task-document.js';

/** The one document of its collection: who looks for abandoned tasks. */
export interface LeadDocument {
  readonly _id: 'sweeper';
  readonly owner: string;
  /** By the server's clock. */
  readonly lease_expires: Date;
}

const _id = 'sweeper';

/** Both can be repeated as they are: a late try of the holder only gives it more of what it has. */
export function leadIn(calls: Calls, leads: Collection<LeadDocument>): Pick<LeadStore, 'lead' | 'resign'> {
  return {
    lead: (owner, { leaseMs }) =>
      calls.ask(async (options) => {
        try {
          const isFree = {
            $or: [
              { $eq: [{ $type: '$owner' }, 'missing'] },
              { $eq: ['$owner', { $literal: owner }] },
              { $lte: ['$lease_expires', '$$NOW'] },
            ],
          };
          const next = { _id, owner: { $literal: owner }, lease_expires: leaseEnd(leaseMs) };
          // Decided within the write; one that changes nothing is no change that others hear of.
          const stored = await leads.findOneAndUpdate(
            { _id },
            [{ $replaceWith: { $cond: [isFree, next, '$$ROOT'] } }],
            { upsert: true, returnDocument: 'after', ...options },
          );
          return stored?.owner === owner;
        } catch (error) {
          // Two made the document at once: the other has it.
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }),
    resign: async (owner) => {
      await calls.ask((options) => leads.deleteOne({ _id, owner }, { ...options }));
    },
  };
}
