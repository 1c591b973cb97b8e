import type { TaskServiceClient } from '../../generated/cutroom/v1/task_service.js';
import { UsageError } from './exit-code.js';

/** The newest tasks, among which the beginning of an id is looked up. */
const PAGE_SIZE = 1_000;
const MAX_SHOWN = 5;
const FULL_ID_CHARACTERS = 36;
/** Ids of one day begin alike: a shorter beginning names nothing. */
const BEGINNING = /^[0-9a-f][0-9a-f-]{5,}$/i;

/**
 * `tasks/{id}` of an id, a name, or the beginning of an id of one of the thousand newest tasks. Text that is none of these stays, for the server to refuse.
 * @throws UsageError when several ids begin so.
 */
export async function findTaskName(client: TaskServiceClient, typed: string, signal: AbortSignal): Promise<string> {
  if (typed.startsWith('tasks/')) return typed;
  if (typed.length >= FULL_ID_CHARACTERS || !BEGINNING.test(typed)) return `tasks/${typed}`;
  const { tasks } = await client.listTasks({ pageSize: PAGE_SIZE, pageToken: '', filter: '', orderBy: '' }, { signal });
  const ids = tasks.map(({ taskId }) => taskId).filter((id) => id.startsWith(typed.toLowerCase()));
  if (ids.length > 1)
    throw new UsageError(
      `several tasks begin with ${typed}: ${ids.slice(0, MAX_SHOWN).join(', ')}${ids.length > MAX_SHOWN ? ', …' : ''}`,
    );
  return `tasks/${ids[0] ?? typed}`;
}
