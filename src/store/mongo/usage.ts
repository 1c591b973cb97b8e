import { type Collection, Double } from 'mongodb';
import type { TenantDay, UsageStore } from '../../task/ports/usage-store.js';
import { DAY_MS } from '../../task/utc-day.js';
import type { Calls } from './calls.js';
import { isDuplicateKey } from './outcome.js';

/** What a tenant used on a day. */
export interface UsageDocument {
  readonly _id: TenantDay;
  readonly pixelFrames: number | Double;
  /** When it may go. */
  readonly over: Date;
}

/** The server removes the days before yesterday, by its own clock. */
export const USAGE_INDEXES = [{ name: 'over', key: { over: 1 }, expireAfterSeconds: 0 }] as const;

export function usageIn(calls: Calls, usage: Collection<UsageDocument>): UsageStore {
  // The order of the fields is part of an id.
  const idOf = ({ tenant, day }: TenantDay): TenantDay => ({ tenant, day });
  return {
    pixelFramesOn: async (of) =>
      Number((await calls.ask((options) => usage.findOne({ _id: idOf(of) }, { ...options })))?.pixelFrames ?? 0),
    // A repeated try may count twice, which costs the tenant the size of a task at most.
    addPixelFrames: (of, amount) =>
      calls.ask(async (options) => {
        const add = () =>
          usage.updateOne(
            { _id: idOf(of) },
            {
              $inc: { pixelFrames: new Double(amount) },
              $setOnInsert: { over: new Date((of.day + 2) * DAY_MS) },
            },
            { upsert: true, ...options },
          );
        await add().catch((error: unknown) => {
          // Two upserts at once: the other has made the document.
          if (!isDuplicateKey(error)) throw error;
          return add();
        });
      }),
  };
}
