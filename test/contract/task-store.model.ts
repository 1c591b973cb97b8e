import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../support/memory-store.js';
import type { Store } from '../../src/task/ports/store.js';
import type { ListFilter, ListQuery } from '../../src/task/ports/task-store.js';
import { isTerminal, type Task } from '../../src/task/task.js';
import { cancelled, claimed, failed, handedBack, progressed, succeeded, workerLost } from '../../src/task/lifecycle.js';
import { listOf, LONG_MS, newTask, OWNER, type StoreKind } from './store-under-test.js';

/** One call, with small numbers that are turned into tasks by what has happened so far: sequences that shrink well. */
type Operation =
  | {
      readonly op: 'insert';
      readonly tenant: string;
      readonly request: number | null;
      readonly text: string;
      readonly timeMs: number;
      readonly labels: Record<string, string>;
      readonly priority: number;
    }
  | {
      readonly op: 'move';
      readonly task: number;
      readonly move: number;
      readonly stale: Partial<Pick<Task, 'revision' | 'fence' | 'attemptId'>>;
      readonly ended: boolean;
    }
  | { readonly op: 'renew'; readonly task: number; readonly rightAttempt: boolean; readonly ended: boolean }
  | { readonly op: 'read'; readonly task: number }
  | { readonly op: 'queued'; readonly limit: number; readonly after: string }
  | { readonly op: 'abandoned'; readonly limit: number }
  | { readonly op: 'remove'; readonly task: number; readonly stale: boolean }
  | { readonly op: 'diagnose'; readonly task: number; readonly text: string; readonly fence: number }
  | { readonly op: 'due'; readonly nowMs: number }
  | ({ readonly op: 'list'; readonly limit: number; readonly after: number | null } & Pick<
      ListQuery,
      'tenant' | 'order'
    > &
      ListFilter);

const tenant = fc.constantFrom('a', 'b');
const index = fc.nat({ max: 20 });
const limit = fc.integer({ min: 1, max: 5 });
const ended = fc.boolean();
const order = fc.constantFrom('newest-first' as const, 'oldest-first' as const);
const states = fc.option(fc.subarray(['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const));
const value = fc.constantFrom('x', '$x', '');
const labels = fc.array(fc.record({ key: fc.constantFrom('project', 'a-b'), value, equal: fc.boolean() }), {
  maxLength: 2,
});
const stale = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc.record({ revision: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ fence: fc.nat({ max: 3 }) }),
  fc.record({ attemptId: fc.constantFrom(null, 'attempt-1', 'stranger') }),
);
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('$a', '$$NOW', '__proto__', 'a.b', '"', '\\u0000'),
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('insert' as const),
      tenant,
      request: fc.option(fc.nat({ max: 3 })),
      text,
      timeMs: fc.nat({ max: 3 }),
      labels: fc.dictionary(fc.constantFrom('project', 'a-b'), value),
      priority: fc.integer({ min: -1, max: 1 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ op: fc.constant('move' as const), task: index, move: fc.nat({ max: 6 }), stale, ended }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('renew' as const), task: index, rightAttempt: fc.boolean(), ended }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('read' as const), task: index }) },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.record({ op: fc.constant('queued' as const), limit, after: fc.constantFrom('', 'a', 'aa', 'b') }),
      fc.record({ op: fc.constant('abandoned' as const), limit }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('list' as const),
      tenant,
      limit,
      after: fc.option(index),
      order,
      states,
      labels,
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('remove' as const), task: index, stale: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('diagnose' as const),
      task: index,
      text,
      fence: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('due' as const), nowMs: fc.constantFrom(0, 1010, 5_000_000) }) },
);

/** The same calls have the same answers as on the model, whatever the order. */
export function describeModel(kind: StoreKind): void {
  describe('the store and the model', () => {
    it('answer any sequence of calls alike', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 30, size: 'max' }), async (operations) => {
          const data = await kind.makeData();
          const store = await data.open();
          const model = createMemoryStore({ nowMs: Date.now });
          try {
            await runBoth(model, store, operations);
          } finally {
            await store.close();
            await data.destroy();
          }
        }),
        { numRuns: 25 },
      );
    });
  });
}

async function runBoth(model: Store, store: Store, operations: readonly Operation[]): Promise<void> {
  const known: Task[] = [];
  for (const [step, operation] of operations.entries()) {
    const expected = await apply(model, operation, known, step);
    expect(await apply(store, operation, known, step), `step ${step}: ${JSON.stringify(operation)}`).toStrictEqual(
      expected,
    );
    if (operation.op === 'insert') known.push(newTaskOf(operation, step));
  }
  for (const task of known) expect(await store.get(task)).toStrictEqual(await model.get(task));
}

function newTaskOf(operation: Operation & { op: 'insert' }, step: number): Task {
  const requestId = operation.request === null ? null : `request-${operation.request}`;
  const { tenant: owner, text: requestHash, timeMs: nowMs, priority } = operation;
  return newTask({
    id: `task-${step}`,
    tenant: owner,
    requestId,
    requestHash,
    nowMs,
    priority,
    labels: { ...operation.labels },
  });
}

async function apply(store: Store, operation: Operation, known: readonly Task[], step: number): Promise<unknown> {
  switch (operation.op) {
    case 'insert':
      return store.insert(newTaskOf(operation, step), operation.text);
    case 'queued':
      return store.queued(operation.limit, { after: operation.after });
    case 'due':
      return [
        byId(await store.overdue(100, { nowMs: operation.nowMs })),
        byId(await store.expired(100, { nowMs: operation.nowMs })),
        await store.stats(),
      ];
    case 'remove':
    case 'diagnose': {
      const key = pick(known, operation.task);
      const task = key === undefined ? null : await store.get(key);
      if (key === undefined) return null;
      if (operation.op === 'diagnose') await store.putDiagnostics(key, operation.text, operation);
      else if (task) return store.remove(operation.stale ? { ...task, revision: task.revision + 7 } : task);
      return store.getDiagnostics(key);
    }
    case 'abandoned':
      return byId(await store.abandoned(100, { owner: OWNER }));
    case 'list': {
      const cursor = operation.after === null ? undefined : pick(known, operation.after);
      return listOf(store, {
        tenant: operation.tenant,
        limit: operation.limit,
        order: operation.order,
        filter: { states: operation.states, labels: operation.labels },
        after: cursor === undefined ? null : { createTimeMs: cursor.createTimeMs, id: cursor.id },
      });
    }
    case 'read': {
      const key = pick(known, operation.task) ?? { tenant: 'a', id: 'none' };
      return [await store.get(key), await store.getSpec(key), await store.findByRequestId(key.tenant, 'request-1')];
    }
    case 'renew':
    case 'move': {
      const key = pick(known, operation.task);
      const task = key === undefined ? null : await store.get(key);
      if (task === null) return null;
      const leaseMs = operation.ended ? 0 : LONG_MS;
      if (operation.op === 'renew') {
        const attemptId = operation.rightAttempt ? (task.attemptId ?? 'none') : 'stranger';
        return store.renewLease({ key: task, fence: task.fence, attemptId, leaseMs });
      }
      const from = { ...task, ...operation.stale };
      return store.replace(from, moved(from, operation.move, step), { leaseMs });
    }
  }
}

/** One of the changes that the task's state allows. */
function moved(task: Task, move: number, step: number): Task {
  const nowMs = 1000 + step;
  if (isTerminal(task.state)) return { ...task, revision: task.revision + 1, updateTimeMs: nowMs };
  if (task.state === 'QUEUED')
    return move === 0 ? cancelled(task, nowMs) : claimed(task, { attemptId: `attempt-${step}`, owner: OWNER, nowMs });
  switch (move) {
    case 0:
      return cancelled(task, nowMs);
    case 1:
      return succeeded(
        task,
        { outputs: [], warnings: [{ code: 'CUE_AFTER_END', message: '$m', field: '', count: step }] },
        nowMs,
      );
    case 2:
      return failed(task, { reason: 'RENDER_FAILED', message: '$$ROOT', field: 'a.b' }, nowMs);
    case 3:
      return handedBack(task, nowMs);
    case 4:
      return workerLost(task, nowMs);
    default:
      return progressed(
        task,
        {
          phase: 'RENDERING',
          percent: step,
          framesDone: step,
          framesTotal: 99,
          outTimeUs: step,
          speed: 0.5,
          phaseTimings: [],
          remainingMs: null,
        },
        nowMs,
      );
  }
}

function pick(known: readonly Task[], index: number): Task | undefined {
  return known[index % Math.max(1, known.length)];
}

function byId(tasks: readonly Task[]): Task[] {
  return [...tasks].sort((a, b) => (a.tenant + a.id < b.tenant + b.id ? -1 : 1));
}
