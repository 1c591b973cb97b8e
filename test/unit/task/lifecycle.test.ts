import type { WarningCode } from '../../../src/composition/warning.js';
import { describe, expect, it } from 'vitest';
import {
  cancelled,
  claimed,
  failed,
  handedBack,
  lossWithdrawn,
  progressed,
  retried,
  succeeded,
  workerLost,
} from '../../../src/task/lifecycle.js';
import type { Task } from '../../../src/task/task.js';
import { newTask } from '../../support/new-task.js';

const queued = newTask({ nowMs: 1000 });
const running = claimed(queued, { attemptId: 'a1', owner: 'w1', nowMs: 2000 });
const at = (percent: number) => ({
  phase: 'RENDERING' as const,
  percent,
  framesDone: 1,
  framesTotal: 2,
  outTimeUs: 3,
  speed: 1,
  phaseTimings: [],
  remainingMs: null,
});

describe('the lifecycle of a task', () => {
  it('starts queued at revision 1 with nothing done', () => {
    expect(queued).toMatchObject({ state: 'QUEUED', revision: 1, fence: 0, attempt: 0, percent: 0, attemptId: null });
  });

  it('raises fence and attempt at a claim, and starts progress at zero', () => {
    expect(running).toMatchObject({
      state: 'RUNNING',
      revision: 2,
      fence: 1,
      attempt: 1,
      attemptId: 'a1',
      owner: 'w1',
      startTimeMs: 2000,
    });
  });

  it('never lowers the percentage, and never shows 100 while the task runs', () => {
    const far = progressed(running, at(60), 3000);
    const back = progressed(far, at(10), 4000);
    const over = progressed(back, at(250), 5000);
    expect([far.percent, back.percent, over.percent]).toEqual([60, 60, 99]);
    expect(over.revision).toBe(5);
  });

  it('shows 100 percent with outputs and without an owner after success', () => {
    expect(succeeded(running, { outputs: [], warnings: [] }, 9000)).toMatchObject({
      state: 'SUCCEEDED',
      percent: 100,
      attemptId: null,
      owner: null,
      endTimeMs: 9000,
    });
  });

  it('ends at once after an error of the input', () => {
    const end = failed(running, { reason: 'INPUT_NOT_MEDIA', message: 'm', field: 'f' }, 3000);
    expect(end).toMatchObject({ state: 'FAILED', failures: 1, failure: { reason: 'INPUT_NOT_MEDIA' } });
  });

  it('retries after a transient error until max_attempts', () => {
    const failure = { reason: 'RENDER_FAILED', message: 'm', field: '' } as const;
    const again = failed(running, failure, 3000);
    expect(again).toMatchObject({ state: 'QUEUED', failures: 1, failure, percent: 0, progress: null });
    const last = failed(claimed(again, { attemptId: 'a2', owner: 'w1', nowMs: 4000 }), failure, 5000);
    expect(last).toMatchObject({ state: 'FAILED', failures: 2, attempt: 2 });
  });

  it('raises the fence at a cancel, so that the worker can no longer write', () => {
    expect(cancelled(running, 3000)).toMatchObject({ state: 'CANCELLED', fence: 2, attemptId: null });
  });

  it('counts no failure for a hand-back or a dead worker, and fails a task as poison after three dead workers', () => {
    expect(handedBack(running, 3000)).toMatchObject({ state: 'QUEUED', failures: 0, workerLosses: 0 });
    let task = queued;
    for (const n of [1, 2]) {
      task = workerLost(claimed(task, { attemptId: `a${n}`, owner: 'w', nowMs: n }), n);
      expect(task).toMatchObject({ state: 'QUEUED', failures: 0, workerLosses: n });
    }
    task = workerLost(claimed(task, { attemptId: 'a3', owner: 'w', nowMs: 3 }), 3);
    expect(task).toMatchObject({ state: 'FAILED', failure: { reason: 'WORKER_LOST' } });
  });

  it('counts only consecutive losses of workers', () => {
    const failure = { reason: 'RENDER_FAILED', message: 'm', field: '' } as const;
    const claim = (task: Task) => claimed(task, { attemptId: 'a', owner: 'w', nowMs: 2 });
    const twice = workerLost(claim(workerLost(claim(queued), 3)), 4);
    expect(twice.workerLosses).toBe(2);
    expect(handedBack(claim(twice), 5)).toMatchObject({ state: 'QUEUED', workerLosses: 0 });
    expect(failed(claim(twice), failure, 5)).toMatchObject({ state: 'QUEUED', workerLosses: 0 });
    expect(lossWithdrawn(twice, 5)).toMatchObject({ state: 'QUEUED', workerLosses: 1, revision: twice.revision + 1 });
  });

  it('keeps the warnings of the submit through every attempt, followed by the warnings of the render', () => {
    const warning = (code: WarningCode) => ({ code, message: 'm', field: 'f', count: 1 });
    const said = newTask({ warnings: [warning('PARAMETER_IGNORED')] });
    const end = (task: Task) => succeeded(task, { outputs: [], warnings: [warning('CUE_AFTER_END')] }, 3);
    const first = claimed(said, { attemptId: 'a1', owner: 'w', nowMs: 2 });
    const again = retried(cancelled(first, 3), 4);
    for (const task of [said, first, again]) expect(task.warnings.map((w) => w.code)).toEqual(['PARAMETER_IGNORED']);
    expect(end(claimed(again, { attemptId: 'a2', owner: 'w', nowMs: 5 })).warnings.map((w) => w.code)).toEqual([
      'PARAMETER_IGNORED',
      'CUE_AFTER_END',
    ]);
  });
});
