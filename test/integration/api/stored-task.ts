import { randomUUID } from 'node:crypto';
import { claimed, failed, succeeded } from '../../../src/task/lifecycle.js';
import type { Task } from '../../../src/task/task.js';
import { newTask } from '../../support/new-task.js';
import { outputOf } from '../../support/paused-renderer.js';
import type { ApiUnderTest } from './api-under-test.js';

export const STORED_STATES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED'] as const;
export type StoredState = (typeof STORED_STATES)[number];

/** Stores a task of the tenant `acme` in a state; a running one has a preview. */
export async function storeTask(
  { store, previews }: Pick<ApiUnderTest, 'store' | 'previews'>,
  state: StoredState,
): Promise<Task> {
  const id = randomUUID();
  const queued = newTask({ id, tenant: 'acme', nowMs: Date.now() });
  await store.insert(queued, JSON.stringify({ montage: { materials: [{ uri: 'a.mp4' }] } }));
  if (state === 'QUEUED') return queued;
  const running = claimed(queued, { attemptId: 'x', owner: 'o', nowMs: Date.now() });
  await store.replace(queued, running, { leaseMs: 600_000 });
  previews.show(running, Buffer.from('jpeg'));
  if (state === 'RUNNING') return running;
  const failure = { reason: 'INTERNAL', category: 'INTERNAL', message: 'm', field: '', retryable: false } as const;
  const outputs = [outputOf({ key: running, fence: running.fence, attemptId: 'x' })];
  const ended =
    state === 'SUCCEEDED'
      ? succeeded(running, { outputs, warnings: [] }, Date.now())
      : { ...failed(running, failure, Date.now()), state: 'FAILED' as const };
  await store.replace(running, ended, { leaseMs: 0 });
  return ended;
}
