import type { TaskStore, TenantQueue } from '../../task/ports/task-store.js';
import { answer } from './beside-tasks.js';
import type { Connection } from './connection.js';
import { QUEUE_RANK } from './schema.js';
import { tasksOf } from './task-rows.js';

/** The queues and counts of the tenants, from indexes. */
export function queueIn(
  connection: Connection,
): Pick<TaskStore, 'queued' | 'queuedRanks' | 'queuedByTenant' | 'countIn' | 'outputBytes'> {
  return {
    queued: (limit, { after }) =>
      answer(() => {
        const where = `state = 'QUEUED' AND tenant > ? ORDER BY tenant, ${QUEUE_RANK}, id LIMIT ?`;
        const tasks = tasksOf(connection, where, after, limit);
        return tasks.filter(({ tenant }) => tenant === tasks[0]?.tenant);
      }),
    queuedRanks: (tenant, limit) => answer(() => queuedRanks(connection, tenant, limit)),
    queuedByTenant: () =>
      answer(() =>
        connection
          .rows(`SELECT tenant, count(*) AS queued FROM tasks WHERE state = 'QUEUED' GROUP BY tenant`)
          .map((row) => ({ ...(row as unknown as TenantQueue) })),
      ),
    outputBytes: (tenant) =>
      answer(() => {
        const [row] = connection.rows(
          'SELECT ifnull(sum(output_bytes), 0) AS bytes FROM tasks WHERE tenant = ? AND output_bytes > 0',
          tenant,
        );
        return row?.bytes as number;
      }),
    countIn: (tenant, state, upTo) =>
      answer(() => {
        const [row] = connection.rows(
          'SELECT count(*) AS n FROM (SELECT 1 FROM tasks WHERE tenant = ? AND state = ? LIMIT ?)',
          tenant,
          state,
          upTo,
        );
        return row?.n as number;
      }),
  };
}

/** As one value: a row for each would take eight times as long. */
function queuedRanks(connection: Connection, tenant: string, limit: number): readonly number[] {
  const [row] = connection.rows(
    `SELECT json_group_array(rank) AS ranks
     FROM (SELECT ${QUEUE_RANK} AS rank FROM tasks WHERE state = 'QUEUED' AND tenant = ? ORDER BY ${QUEUE_RANK}, id LIMIT ?)`,
    tenant,
    limit,
  );
  return JSON.parse(row?.ranks as string) as number[];
}
