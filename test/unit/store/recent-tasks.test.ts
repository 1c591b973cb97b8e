import { describe, expect, it } from 'vitest';
import { createRecentTasks } from '../../../src/store/sqlite/recent-tasks.js';
import { newTask } from '../../support/new-task.js';

const key = { tenant: 'default', id: 'a' };

describe('the cache of recent tasks', () => {
  it('reads a task once, until it is about to change', () => {
    const recent = createRecentTasks();
    let reads = 0;
    const load = () => {
      reads += 1;
      return newTask({ id: 'a', nowMs: reads });
    };
    const first = recent.get(key, load);
    expect(recent.get(key, load)).toBe(first);
    recent.drop(key);
    expect(recent.get(key, load)?.createTimeMs).toBe(2);
  });

  it('reads a missing task again', () => {
    const recent = createRecentTasks();
    expect(recent.get(key, () => null)).toBeNull();
    expect(recent.get(key, () => newTask({ id: 'a', nowMs: 1 }))).not.toBeNull();
  });

  it('returns no task of another tenant', () => {
    const recent = createRecentTasks();
    recent.get(key, () => newTask({ id: 'a', nowMs: 1 }));
    expect(recent.get({ tenant: 'other', id: 'a' }, () => null)).toBeNull();
  });

  it('is bounded, and forgets the least recently read task', () => {
    const recent = createRecentTasks();
    let reads = 0;
    const get = (id: string) =>
      recent.get({ tenant: 'default', id }, () => {
        reads += 1;
        return newTask({ id, nowMs: 1 });
      });
    for (let i = 0; i <= 12_000; i += 1) get(`t${i}`);
    get('t12000');
    expect(reads).toBe(12_001);
    get('t0');
    expect(reads).toBe(12_002);
  });
});
