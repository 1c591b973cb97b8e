import type { LabelCondition, ListFilter } from './ports/task-store.js';
import type { TaskState } from './task.js';

const STATES: readonly TaskState[] = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];

/** Stores are asked all comparisons in one query; SQLite refuses one of more than a thousand. */
export const MAX_FILTER_CHARACTERS = 4096;

/** `state = RUNNING`, `labels.project != "x y"`: field, operator, and a bare word or a quoted string. */
const COMPARISON = /^(state|labels\.[a-z][a-z0-9_-]{0,62})\s*(!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s()"]+))/;

/**
 * Reads a filter of ListTasks, a part of AIP-160: comparisons of `state` and `labels.KEY` joined by AND, and `state = A OR state = B`
 * among them, in parentheses or not (OR binds tighter than AND there).
 * @returns the filter, or the problem with the text.
 */
export function parseListFilter(text: string): ListFilter | { readonly problem: string } {
  if (text.length > MAX_FILTER_CHARACTERS)
    return { problem: `must be at most ${MAX_FILTER_CHARACTERS} characters long` };
  let rest = text.trim();
  let states: readonly TaskState[] | null = null;
  const labels: LabelCondition[] = [];
  while (rest !== '') {
    const factor = readFactor(rest);
    if ('problem' in factor) return factor;
    if (factor.states) states = STATES.filter((s) => factor.states?.includes(s) && (states?.includes(s) ?? true));
    labels.push(...factor.labels);
    rest = factor.rest;
    if (rest === '') break;
    const and = /^AND(?=[\s(])\s*/.exec(rest);
    if (!and) return { problem: `expected AND at ${quote(rest)}` };
    rest = rest.slice(and[0].length);
    if (rest === '') return { problem: 'ends after AND' };
  }
  return { states, labels };
}

interface Factor {
  readonly states: readonly TaskState[] | null;
  readonly labels: readonly LabelCondition[];
  readonly rest: string;
}

/** One comparison, or several of `state` joined by OR. */
function readFactor(text: string): Factor | { readonly problem: string } {
  const inParentheses = text.startsWith('(');
  let rest = inParentheses ? text.slice(1).trimStart() : text;
  const read: Omit<Factor, 'rest'>[] = [];
  for (;;) {
    const comparison = readComparison(rest);
    if ('problem' in comparison) return comparison;
    read.push(comparison);
    rest = comparison.rest;
    const or = /^OR\s+/.exec(rest);
    if (!or) break;
    rest = rest.slice(or[0].length);
  }
  if (inParentheses) {
    if (!rest.startsWith(')')) return { problem: `expected ) at ${quote(rest)}` };
    rest = rest.slice(1).trimStart();
  }
  if (read.length === 1 && read[0]) return { ...read[0], rest };
  if (read.some(({ states }) => states === null)) return { problem: 'OR joins comparisons of state only' };
  return { states: STATES.filter((s) => read.some(({ states }) => states?.includes(s))), labels: [], rest };
}

function readComparison(text: string): Factor | { readonly problem: string } {
  const match = COMPARISON.exec(text);
  if (!match)
    return { problem: `expected a comparison such as state = RUNNING or labels.project = "x" at ${quote(text)}` };
  const [whole, field = '', operator, quoted, bare] = match;
  const value = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
  const equal = operator === '=';
  const rest = text.slice(whole.length).trimStart();
  if (field !== 'state') return { states: null, labels: [{ key: field.slice('labels.'.length), value, equal }], rest };
  const state = STATES.find((s) => s === value);
  if (!state) return { problem: `${quote(value)} is no state; there are ${STATES.join(', ')}` };
  return { states: equal ? [state] : STATES.filter((s) => s !== state), labels: [], rest };
}

function quote(text: string): string {
  return text === '' ? 'the end' : JSON.stringify(text.slice(0, 40));
}
