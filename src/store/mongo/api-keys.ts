import type { Collection } from 'mongodb';
import type { ApiKey } from '../../task/api-key.js';
import type { ApiKeyStore } from '../../task/ports/api-key-store.js';
import type { Calls } from './calls.js';
import { isDuplicateKey } from './outcome.js';

/** A key by its id. */
export interface ApiKeyDocument extends Omit<ApiKey, 'id'> {
  readonly _id: string;
}

export function apiKeysIn(calls: Calls, keys: Collection<ApiKeyDocument>): ApiKeyStore {
  const getApiKey = async (id: string): Promise<ApiKey | null> => {
    const found = await calls.ask((options) => keys.findOne({ _id: id }, { ...options }));
    return found === null ? null : keyOf(found);
  };
  return {
    getApiKey,
    putApiKey: ({ id, ...rest }) =>
      calls.change(async (options, isRepeat) => {
        try {
          await keys.insertOne({ _id: id, ...rest }, { ...options });
        } catch (error) {
          // Ids are random: it was put there by the try that had no answer.
          if (!isRepeat || !isDuplicateKey(error)) throw error;
        }
      }),
    apiKeys: ({ tenant, afterId, limit }) =>
      calls.ask(async (options) => {
        const filter = { _id: { $gt: afterId ?? '' }, ...(tenant === null ? {} : { tenant }) };
        return (await keys.find(filter, { sort: { _id: 1 }, limit, ...options }).toArray()).map(keyOf);
      }),
    revokeApiKey: async (id, timeMs) => {
      await calls.change((options) =>
        keys.updateOne({ _id: id, revokeTimeMs: null }, { $set: { revokeTimeMs: timeMs } }, { ...options }),
      );
      return getApiKey(id);
    },
    noteApiKeyUse: async (id, timeMs) => {
      await calls.ask((options) => keys.updateOne({ _id: id }, { $max: { lastUseTimeMs: timeMs } }, { ...options }));
    },
  };
}

function keyOf({ _id: id, ...rest }: ApiKeyDocument): ApiKey {
  return { id, ...rest };
}
