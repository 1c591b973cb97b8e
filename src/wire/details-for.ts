import type { JsonValue } from '@bufbuild/protobuf';
import type { Caller } from '../task/caller.js';
import type { TaskDetails } from '../task/use-cases/task-use-cases.js';

/** A web address with a query or a fragment. */
const WITH_QUERY = /^(\s*https?:[^?#]*)[?#].*$/is;
/** A user and a password in it. */
const WITH_USER = /^(\s*https?:\/\/)[^/?#@]*@/i;

/** The details of a task as a caller may see them: without the scope `tasks.read_full` a URL lacks its query, which may be a signature, and its user. */
export function detailsFor({ scopes }: Caller, details: TaskDetails): TaskDetails {
  if (scopes.includes('tasks.read_full') || details.specJson === null) return details;
  return { ...details, specJson: JSON.stringify(redacted(JSON.parse(details.specJson) as JsonValue)) };
}

/** Every text, wherever it stands: a form that comes later is redacted too. */
function redacted(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.replace(WITH_USER, '$1').replace(WITH_QUERY, '$1?redacted');
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, redacted(of)]));
}
