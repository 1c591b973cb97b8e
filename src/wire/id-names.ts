import { CallError } from '../task/call-error.js';

/** A regular expression for an id alone. */
export const ID_PATTERN = '^([0-9a-f]{16})$';

/** The resource names of a collection whose ids have 16 hexadecimal digits. */
export interface IdName {
  /** Of the whole name. */
  readonly pattern: RegExp;
  format(id: string): string;
  /** @throws CallError INVALID_REQUEST. */
  parse(name: string): string;
  /** The id in a name; null: it is none. */
  idIn(name: string): string | null;
}

function idName(collection: string): IdName {
  const pattern = new RegExp(`^${collection}/([0-9a-f]{16})$`);
  const idIn = (name: string): string | null => pattern.exec(name)?.[1] ?? null;
  return {
    pattern,
    format: (id) => `${collection}/${id}`,
    parse(name) {
      const id = idIn(name);
      if (id !== null) return id;
      const description = `must be ${collection}/{id}, with an id of 16 hexadecimal digits`;
      throw new CallError({ reason: 'INVALID_REQUEST', violations: [{ field: 'name', description }] });
    },
    idIn,
  };
}

export const apiKeyName: IdName = idName('apiKeys');
export const signingSecretName: IdName = idName('signingSecrets');
