import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/task/ports/store.js';
import type { Task } from '../../../src/task/task.js';
import { listTasks, type ListTasksQuery } from '../../../src/task/use-cases/list-tasks.js';
import { createMemoryStore } from '../../support/memory-store.js';
import { newTask } from '../../support/new-task.js';

const query: ListTasksQuery = { tenant: 'default', pageSize: 2, pageToken: '', filter: '', orderBy: '' };

async function storeOf(tasks: number): Promise<Store> {
  const store = createMemoryStore({ nowMs: () => 0 });
  for (let i = 1; i <= tasks; i += 1)
    await store.insert(newTask({ id: `t${i}`, nowMs: i, labels: { odd: `${i % 2}` } }), '{}');
  return store;
}

/** A store that looks at three tasks for a page and then ends it. */
function withLimit(store: Store): Store {
  return {
    ...store,
    list: async (of) => {
      const seen = await store.list({ ...of, limit: 3, filter: { states: null, labels: [] } });
      const fits = ({ labels }: Task) => of.filter.labels.every(({ key, value }) => labels[key] === value);
      return { tasks: seen.tasks.filter(fits).slice(0, of.limit), next: seen.next };
    },
  };
}

const idsOf = (tasks: readonly Task[]) => tasks.map(({ id }) => id);

describe('listTasks', () => {
  it('returns a page token with an empty page that the store ended early', async () => {
    const store = withLimit(await storeOf(7));
    const pages: string[][] = [];
    let pageToken = '';
    do {
      const page = await listTasks({ store }, { ...query, filter: 'labels.odd = 9', pageToken });
      pages.push(idsOf(page.tasks));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(pages).toEqual([[], [], []]);
  });

  it('returns no page token with a full page that is the last', async () => {
    expect(await listTasks({ store: await storeOf(2) }, query)).toMatchObject({
      tasks: [{ id: 't2' }, { id: 't1' }],
      nextPageToken: '',
    });
  });

  it('skips tasks, and continues from there in its pages', async () => {
    const store = await storeOf(7);
    const page = await listTasks({ store }, { ...query, skip: 3 });
    expect(idsOf(page.tasks)).toEqual(['t4', 't3']);
    const next = await listTasks({ store }, { ...query, pageToken: page.nextPageToken });
    expect(idsOf(next.tasks)).toEqual(['t2', 't1']);
    expect(await listTasks({ store }, { ...query, skip: 8 })).toEqual({ tasks: [], nextPageToken: '' });
  });
});
