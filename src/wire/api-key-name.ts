import { CallError } from '../task/call-error.js';

const NAME = /^apiKeys\/([0-9a-f]{16})$/;
/** A regular expression for the id alone. */
export const API_KEY_ID = NAME.source.replace('apiKeys\\/', '');

/** The resource name of an API key. */
export function formatApiKeyName(id: string): string {
  return `apiKeys/${id}`;
}

/** @throws CallError INVALID_REQUEST. */
export function parseApiKeyName(name: string): string {
  const id = NAME.exec(name)?.[1];
  if (id !== undefined) return id;
  const description = 'must be apiKeys/{id}, with an id of 16 hexadecimal digits';
  throw new CallError({ reason: 'INVALID_REQUEST', violations: [{ field: 'name', description }] });
}
