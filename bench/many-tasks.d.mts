import type * as Lifecycle from '../src/task/lifecycle.js';
import type { ListFilter } from '../src/task/ports/task-store.js';
import type { Task } from '../src/task/task.js';

export const PROJECTS: number;
export const SMALL_TENANT: string;
export const START_MS: number;
export const SPEC: string;
export function manyTask(
  i: number,
  lifecycle: Pick<typeof Lifecycle, 'submitted' | 'claimed' | 'succeeded' | 'cancelled'>,
): Task;
export const LISTS: Readonly<Record<string, { readonly tenant?: string; readonly filter: ListFilter }>>;
