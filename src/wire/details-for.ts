import type { JsonValue } from '@bufbuild/protobuf';
import type { Caller } from '../task/caller.js';
import type { TaskDetails } from '../task/use-cases/task-use-cases.js';

const WEB_ADDRESS = /^\s*https?:/i;
const PLACEHOLDER = /\{\{[^{}]*\}\}/g;
/** A user and a password in it. */
const WITH_USER = /^(\s*https?:\/\/)[^/?#@]*@/i;

const HIDDEN = 'redacted';

/**
 * The details of a task as a caller may see them: without the scope `tasks.read_full` a URL lacks its query, which may be a signature, and its user; variables, which may be
 * parts of URLs, and headers lack their values.
 */
export function detailsFor({ scopes }: Caller, details: TaskDetails): TaskDetails {
  if (scopes.includes('tasks.read_full') || details.specJson === null) return details;
  return { ...details, specJson: JSON.stringify(redacted(JSON.parse(details.specJson) as JsonValue)) };
}

/** Every text, wherever it stands: a form that comes later is redacted too. */
function redacted(value: JsonValue): JsonValue {
  if (typeof value === 'string') return withoutQuery(value.replace(WITH_USER, '$1'));
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, of]) => [name, SECRET_MAPS.has(name) ? hidden(of) : redacted(of)]),
  );
}

/** Fields with values by name, any of which may be a secret. */
const SECRET_MAPS: ReadonlySet<string> = new Set(['variables', 'headers']);

function hidden(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return HIDDEN;
  return Object.fromEntries(Object.keys(value).map((name) => [name, HIDDEN]));
}

/** A web address without its query and fragment; one that has a placeholder before that may become one. */
function withoutQuery(text: string): string {
  const at = text.search(/[?#]/);
  const head = text.slice(0, Math.max(0, at));
  return at >= 0 && (WEB_ADDRESS.test(head) || isTemplate(head)) ? `${head}?${HIDDEN}` : text;
}

/** Whether a text has placeholders, and no space that an address could not have. */
function isTemplate(text: string): boolean {
  return text.includes('{{') && !/\s/.test(text.replace(PLACEHOLDER, '').trim());
}
