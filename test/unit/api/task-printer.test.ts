import { describe, expect, it } from 'vitest';
import { TaskEvent } from '../../../generated/cutroom/v1/task_service.js';
import { responseSerializer } from '../../../src/api/grpc/service-definition.js';
import { createTaskPrinter } from '../../../src/api/service/task-printer.js';
import { claimed, progressed, succeeded } from '../../../src/task/lifecycle.js';
import { newTask } from '../../support/new-task.js';
import { outputOf, progressAt } from '../../support/paused-renderer.js';

const running = claimed(newTask({ id: 'a', requestId: null, maxAttempts: 2, nowMs: 0 }), {
  attemptId: 'x',
  owner: 'o',
  nowMs: 0,
});
const done = succeeded(
  running,
  { outputs: [outputOf({ key: { tenant: 'default', id: 'a' }, fence: 1, attemptId: 'x' })], warnings: [] },
  0,
);

function printerUnderTest() {
  const state = { nowMs: 0, signed: 0, key: Buffer.alloc(32) };
  const printer = createTaskPrinter({
    sign: () => `http://h/${(state.signed += 1)}`,
    urlKeys: { current: () => state.key },
    monotonicMs: () => state.nowMs,
  });
  return { state, printer };
}

describe('the task printer', () => {
  it('prints a revision and encodes it once, for any number of callers', () => {
    const { printer, state } = printerUnderTest();
    const encode = responseSerializer(TaskEvent);
    const first = encode(printer.event(done, 'http://h'));
    for (let watcher = 0; watcher < 100; watcher += 1)
      expect(encode(printer.event(structuredClone(done), 'http://h'))).toBe(first);
    expect(state.signed).toBe(1);
  });

  it('prints each revision anew, also an earlier one after a later one', () => {
    const { printer } = printerUnderTest();
    const later = progressed(running, progressAt(5), 1);
    expect(printer.task(running, 'http://h').revision).toBe(2n);
    expect(printer.task(later, 'http://h')).toMatchObject({ revision: 3n, progress: 5 });
    expect(printer.task(running, 'http://h')).toMatchObject({ revision: 2n, progress: 0 });
  });

  it('signs URLs anew before they expire, and does not print a task without URLs again', () => {
    const { printer, state } = printerUnderTest();
    const young = printer.task(done, 'http://h');
    state.nowMs = 59_999;
    expect(printer.task(done, 'http://h')).toBe(young);
    state.nowMs = 60_000;
    expect(printer.task(done, 'http://h').videos).toEqual(['http://h/2']);
    const unsigned = printer.task(running, 'http://h');
    state.nowMs = 10_000_000;
    expect(printer.task(running, 'http://h')).toBe(unsigned);
  });

  it('signs URLs anew with a new key', () => {
    const { printer, state } = printerUnderTest();
    expect(printer.task(done, 'http://h').videos).toEqual(['http://h/1']);
    state.key = Buffer.alloc(32, 1);
    expect(printer.task(done, 'http://h').videos).toEqual(['http://h/2']);
  });

  it('keeps a bounded number of prints', () => {
    const { printer, state } = printerUnderTest();
    printer.task(done, 'http://h');
    for (let i = 0; i < 12_000; i += 1) printer.task({ ...running, id: `other-${i}` }, 'http://h');
    printer.task(done, 'http://h');
    expect(state.signed).toBe(2);
  });
});
