import { expect, it } from 'vitest';
import { createLoggedEvents } from '../../../src/observability/events.js';
import { createLogger } from '../../../src/observability/logger.js';
import { claimed, failed, workerLost } from '../../../src/task/lifecycle.js';
import { newTask } from '../../support/new-task.js';

const queued = newTask({ id: 'a', requestId: null, maxAttempts: 1, nowMs: 1_000 });
const running = claimed(queued, { attemptId: 'x', owner: 'o', nowMs: 2_000 });

it('the event log writes one line for each event, with the task, its attempt and its revision', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const events = createLoggedEvents(createLogger({ level: 'info', destination }));
  events.submitted(queued);
  events.claimed(running);
  const failure = { reason: 'INTERNAL', message: 'm', field: '' } as const;
  events.attemptEnded(failed(running, failure, 5_500), { failure, cause: new Error('what it was') });
  events.recovered(workerLost(running, 3_000));
  events.attemptCancelled(running);
  events.attemptLost(running);
  events.backgroundError('the sweep failed', new Error('store'));
  expect(lines).toMatchObject([
    { level: 30, task: 'tasks/a', attempt: 0, revision: 1, msg: 'task submitted' },
    { level: 30, task: 'tasks/a', attempt: 1, revision: 2, msg: 'task claimed' },
    {
      level: 40,
      task: 'tasks/a',
      attempt: 1,
      state: 'FAILED',
      reason: 'INTERNAL',
      durationMs: 3_500,
      err: { message: 'what it was' },
    },
    { level: 40, task: 'tasks/a', workerLosses: 1, state: 'QUEUED' },
    { level: 30, task: 'tasks/a', msg: 'attempt stopped: the task was cancelled' },
    { level: 40, task: 'tasks/a', msg: expect.stringMatching(/^lease lost: /) as string },
    { level: 50, msg: 'the sweep failed', err: { message: 'store' } },
  ]);
  expect(lines[0]).not.toHaveProperty('hostname');
});

it('writes on every line of a task the ids that the caller gave the submit', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const events = createLoggedEvents(createLogger({ level: 'info', destination }));
  const trace = { requestId: 'r-1', traceparent: '00-1-2-01' };
  const task = claimed(newTask({ trace }), { attemptId: 'x', owner: 'o', nowMs: 2 });
  const failure = { reason: 'INTERNAL', message: 'm', field: '' } as const;
  events.submitted(task);
  events.claimed(task);
  events.handedBack(task);
  events.attemptEnded(failed(task, failure, 3), { failure, cause: null });
  events.backgroundError('cannot store the end of an attempt', new Error('store'), task);
  expect(lines).toHaveLength(5);
  for (const line of lines) expect(line).toMatchObject(trace);
});
