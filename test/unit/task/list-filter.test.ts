import { describe, expect, it } from 'vitest';
import { parseListFilter } from '../../../src/task/list-filter.js';

const all = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];
const equal = (key: string, value: string) => ({ key, value, equal: true });

describe('the filter of a list', () => {
  it.each<[string, unknown]>([
    ['', { states: null, labels: [] }],
    ['  ', { states: null, labels: [] }],
    ['state = RUNNING', { states: ['RUNNING'], labels: [] }],
    ['state!=RUNNING', { states: all.filter((s) => s !== 'RUNNING'), labels: [] }],
    ['state = FAILED OR state = CANCELLED', { states: ['FAILED', 'CANCELLED'], labels: [] }],
    [
      '(state = FAILED OR state = CANCELLED) AND labels.a = b',
      { states: ['FAILED', 'CANCELLED'], labels: [equal('a', 'b')] },
    ],
    [
      'labels.a = b AND state = FAILED OR state = CANCELLED',
      { states: ['FAILED', 'CANCELLED'], labels: [equal('a', 'b')] },
    ],
    ['state = FAILED AND state = CANCELLED', { states: [], labels: [] }],
    ['labels.a-b_1 = "x AND \\"y\\" \\\\"', { states: null, labels: [equal('a-b_1', 'x AND "y" \\')] }],
    [
      'labels.a != "" AND labels.b=c',
      { states: null, labels: [{ key: 'a', value: '', equal: false }, equal('b', 'c')] },
    ],
  ])('reads %j', (text, expected) => {
    expect(parseListFilter(text)).toEqual(expected);
  });

  it.each<[string, RegExp]>([
    ['state = DONE', /"DONE" is no state; there are QUEUED/],
    ['state > RUNNING', /expected a comparison .* at "state > RUNNING"/],
    ['labels.A = x', /expected a comparison/],
    ['labels.a = ', /expected a comparison/],
    ['labels.a = "x', /expected a comparison/],
    ['state = RUNNING labels.a = b', /expected AND at "labels.a = b"/],
    ['state = RUNNING AND', /expected AND|ends after AND/],
    ['(state = RUNNING', /expected \) at the end/],
    ['state = RUNNING OR labels.a = b', /OR joins comparisons of state only/],
    [Array.from({ length: 400 }, () => 'labels.a = b').join(' AND '), /at most 4096 characters/],
  ])('refuses %j', (text, problem) => {
    expect(parseListFilter(text)).toEqual({ problem: expect.stringMatching(problem) as unknown });
  });
});
