import type { Task } from '../../task/task.js';
import type { Connection } from './connection.js';

/** Reads tasks. @param where a text of this store's own, never a caller's: callers' values are bound. */
export function tasksOf(connection: Connection, where: string, ...values: (string | number)[]): Task[] {
  const rows = connection.rows(`SELECT document FROM tasks WHERE ${where}`, ...values);
  return rows.map((row) => JSON.parse(row.document as string) as Task);
}
