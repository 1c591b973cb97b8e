import type { Collection } from 'mongodb';
import type { SigningSecretStore } from '../../task/ports/signing-secret-store.js';
import type { SigningSecret } from '../../task/signing-secret.js';
import type { Calls } from './calls.js';
import { isDuplicateKey } from './outcome.js';

/** A signing secret by its id. */
export interface SigningSecretDocument extends Omit<SigningSecret, 'id'> {
  readonly _id: string;
}

export function signingSecretsIn(calls: Calls, secrets: Collection<SigningSecretDocument>): SigningSecretStore {
  const getSigningSecret = async (id: string): Promise<SigningSecret | null> => {
    const found = await calls.ask((options) => secrets.findOne({ _id: id }, { ...options }));
    return found === null ? null : secretOf(found);
  };
  return {
    getSigningSecret,
    putSigningSecret: ({ id, ...rest }) =>
      calls.change(async (options, isRepeat) => {
        try {
          await secrets.insertOne({ _id: id, ...rest }, { ...options });
        } catch (error) {
          // Ids are random: it was put there by the try that had no answer.
          if (!isRepeat || !isDuplicateKey(error)) throw error;
        }
      }),
    signingSecrets: ({ tenant, afterId, limit }) =>
      calls.ask(async (options) => {
        const filter = { _id: { $gt: afterId ?? '' }, ...(tenant === null ? {} : { tenant }) };
        return (await secrets.find(filter, { sort: { _id: 1 }, limit, ...options }).toArray()).map(secretOf);
      }),
    revokeSigningSecret: async (id, timeMs) => {
      await calls.change((options) =>
        secrets.updateOne(
          { _id: id, revokeTimeMs: null },
          { $set: { revokeTimeMs: timeMs, text: '' } },
          { ...options },
        ),
      );
      return getSigningSecret(id);
    },
  };
}

function secretOf({ _id: id, ...rest }: SigningSecretDocument): SigningSecret {
  return { id, ...rest };
}
