import type { Connection } from './connection.js';

/**
 * How many tasks each tenant has, kept in the file: to count a million takes 70 ms. Written once for each transaction, however many tasks
 * it inserts; a trigger would make each insert a third slower.
 */
export interface TaskCounts {
  of(tenant: string): number;
  /** Runs the body of a transaction, and writes the changes that were noted meanwhile at its end. */
  keep<T>(body: () => T): T;
  /** Notes, within `keep`, that a tenant has so many tasks more. */
  add(tenant: string, more: 1 | -1): void;
}

export function taskCountsOf({ run, rows }: Pick<Connection, 'run' | 'rows'>): TaskCounts {
  const noted = new Map<string, number>();
  return {
    of: (tenant) => {
      const [row] = rows('SELECT tasks FROM task_counts WHERE tenant = ?', tenant);
      return row ? (row.tasks as number) : 0;
    },
    keep: (body) => {
      // There may be some of a transaction that was taken back.
      noted.clear();
      const result = body();
      for (const [tenant, more] of noted)
        run(
          'normal',
          'INSERT INTO task_counts VALUES (?, ?) ON CONFLICT DO UPDATE SET tasks = tasks + excluded.tasks',
          tenant,
          more,
        );
      return result;
    },
    add: (tenant, more) => {
      noted.set(tenant, (noted.get(tenant) ?? 0) + more);
    },
  };
}
