import type { Violation } from '../../composition/violation.js';
import { CallError } from '../call-error.js';
import type { ApiKeyQuery } from '../ports/api-key-store.js';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;
const TOKEN = /^[0-9a-f]{16}$/;
export const MAX_NAME_CHARACTERS = 100;
/** Without control characters. Without the flag `u`, so that documents can have it as it is. */
export const ONE_LINE = /^[^\u0000-\u001f\u007f-\u009f]+$/;

/** Which page of things that are listed by their ids. */
export interface IdPageQuery {
  /** Null: of all. */
  readonly tenant: string | null;
  /** 0: 100. More than 1000 is taken as 1000. */
  readonly pageSize: number;
  /** Empty: the first page. */
  readonly pageToken: string;
}

/** Reads a page of things by their ids, which are the tokens. @throws CallError INVALID_REQUEST; any error of `read`. */
export async function pageById<Item extends { readonly id: string }>(
  { tenant, pageSize, pageToken }: IdPageQuery,
  read: (query: ApiKeyQuery) => Promise<readonly Item[]>,
): Promise<{ readonly items: readonly Item[]; readonly nextPageToken: string }> {
  const violations: Violation[] = [];
  if (pageSize < 0) violations.push({ field: 'page_size', description: 'must not be negative' });
  if (pageToken !== '' && !TOKEN.test(pageToken))
    violations.push({ field: 'page_token', description: 'is not a token that this service has given out' });
  refuse(violations);
  const limit = Math.min(pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize, MAX_PAGE_SIZE);
  // One more than asked for shows whether there is a next page.
  const found = await read({ tenant, afterId: pageToken === '' ? null : pageToken, limit: limit + 1 });
  const items = found.slice(0, limit);
  return { items, nextPageToken: found.length > limit ? (items.at(-1)?.id ?? '') : '' };
}

/** The violations of a name for people. */
export function nameViolations(name: string, field: string): Violation[] {
  const length = Array.from(name).length;
  if (length >= 1 && length <= MAX_NAME_CHARACTERS && ONE_LINE.test(name)) return [];
  return [{ field, description: `must have 1 to ${MAX_NAME_CHARACTERS} characters, in one line` }];
}

/** @throws CallError INVALID_REQUEST where there are any. */
export function refuse(violations: readonly Violation[]): void {
  if (violations.length > 0) throw new CallError({ reason: 'INVALID_REQUEST', violations });
}
