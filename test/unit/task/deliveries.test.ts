import { describe, expect, it } from 'vitest';
import {
  deliveryAttempted,
  deliveryTaken,
  dueDeliveries,
  expiryPostponed,
  hasPendingDeliveries,
  pauseAfter,
  redelivered,
  RETRY_DELAYS_MS,
} from '../../../src/task/deliveries.js';
import { cancelled, claimed, handedBack, progressed, retried } from '../../../src/task/lifecycle.js';
import type { NotifyEvent } from '../../../src/task/notify.js';
import { progressAt } from '../../support/paused-renderer.js';
import { newTask } from '../../support/new-task.js';

const telling = (...targets: NotifyEvent[][]) =>
  newTask({ notify: targets.map((events, i) => ({ url: `https://${i}.test/`, events, secretId: null })) });
const CLAIM = { attemptId: 'a', owner: 'o', nowMs: 10 };
const summaryOf = (task: ReturnType<typeof newTask>) =>
  (task.deliveries ?? []).map(({ target, event, revision, state }) => `${target} ${event} ${revision} ${state}`);

describe('the outbox of a task', () => {
  it('has an entry for each target that wants to know, from the very change on, and none of a submit or of progress', () => {
    const queued = telling(['ENDED'], ['STATE_CHANGED'], ['ENDED', 'STATE_CHANGED']);
    expect(queued).not.toHaveProperty('deliveries');
    const running = claimed(queued, CLAIM);
    expect(summaryOf(running)).toEqual(['1 STATE_CHANGED 2 PENDING', '2 STATE_CHANGED 2 PENDING']);
    expect(running.nextDeliveryMs).toBe(10);
    expect(summaryOf(progressed(running, progressAt(1), 20))).toEqual(summaryOf(running));
    // Changes that were not tried yet give way to the newer.
    expect(summaryOf(cancelled(running, 30))).toEqual([
      '0 ENDED 3 PENDING',
      '1 STATE_CHANGED 3 PENDING',
      '2 ENDED 3 PENDING',
    ]);
  });

  it('leaves a task that tells nobody as it was before there were deliveries', () => {
    const ended = cancelled(claimed(newTask(), CLAIM), 30);
    expect(Object.keys(ended)).not.toContain('deliveries');
    expect(Object.keys(ended)).not.toContain('nextDeliveryMs');
    expect(hasPendingDeliveries(ended)).toBe(false);
  });

  it('tells of a task that is queued again, by its worker and by a caller', () => {
    const back = handedBack(claimed(telling(['STATE_CHANGED']), CLAIM), 20);
    expect(summaryOf(back)).toEqual(['0 STATE_CHANGED 3 PENDING']);
    expect(summaryOf(retried(cancelled(telling(['ENDED', 'STATE_CHANGED']), 20), 30))).toEqual([
      '0 ENDED 2 PENDING',
      '0 STATE_CHANGED 3 PENDING',
    ]);
  });

  it('keeps the newest deliveries of a target, pending or not', () => {
    let task = cancelled(telling(['ENDED'], ['STATE_CHANGED', 'ENDED']), 10);
    for (let i = 0; i < 50; i++) {
      for (const { target, revision } of dueDeliveries(task, 20)) {
        const limits = { nowMs: 20, untilMs: 30, maxAttempts: 9 };
        task = deliveryTaken(task, { target, revision }, limits) ?? task;
      }
      task = cancelled(retried(task, 15), 20);
    }
    for (const target of [0, 1]) {
      const own = task.deliveries!.filter((each) => each.target === target);
      expect(own).toHaveLength(8);
      expect(own.at(-1)).toMatchObject({ event: 'ENDED', revision: task.revision, attempts: 0 });
    }
    const times = task.deliveries!.map(({ nextAttemptMs }) => nextAttemptMs ?? Infinity);
    expect(task.nextDeliveryMs).toBe(Math.min(...times));
  });

  it('has no more than an end and a change of a target that were not tried, however often it is queued again', () => {
    let task = cancelled(telling(['ENDED'], ['STATE_CHANGED', 'ENDED']), 10);
    for (let i = 0; i < 50; i++) task = cancelled(retried(task, 15), 20);
    expect(task.deliveries!.map(({ target, event }) => `${target} ${event}`)).toEqual(['0 ENDED', '1 ENDED']);
    task = retried(task, 25);
    expect(task.deliveries!.map(({ target, event }) => `${target} ${event}`)).toEqual([
      '0 ENDED',
      '1 ENDED',
      '1 STATE_CHANGED',
    ]);
  });

  it('lets one attempt at a time be made: taken, it is due again only when it counts as lost', () => {
    const task = cancelled(telling(['ENDED']), 10);
    const key = { target: 0, revision: 2 };
    const at = (nowMs: number) => ({ nowMs, untilMs: nowMs + 60, maxAttempts: 2 });
    expect(deliveryTaken(task, key, at(9))).toBeNull();
    const taken = deliveryTaken(task, key, at(10))!;
    expect(taken).toMatchObject({ revision: 3, updateTimeMs: 10, deliveries: [{ attempts: 1, nextAttemptMs: 70 }] });
    expect(deliveryTaken(taken, key, at(69))).toBeNull();
    expect(dueDeliveries(taken, 70)).toHaveLength(1);
    const again = deliveryTaken(taken, key, at(70))!;
    const failure = { kind: 'FAILED', status: null, problem: 'TIMEOUT' } as const;
    expect(deliveryAttempted(again, { ...key, attempt: 1, outcome: failure }, { nowMs: 80, delayMs: 5 })).toBeNull();
    const late = deliveryAttempted(
      again,
      { ...key, attempt: 1, outcome: { kind: 'DELIVERED', status: 200 } },
      { nowMs: 80, delayMs: 5 },
    );
    expect(late).toMatchObject({ nextDeliveryMs: null, deliveries: [{ state: 'DELIVERED', deliverTimeMs: 80 }] });
    // The last was never heard of again.
    expect(deliveryTaken(again, key, at(130))).toMatchObject({
      deliveries: [{ state: 'ABANDONED', problem: 'INTERRUPTED', attempts: 2 }],
    });
  });

  it('makes ten attempts within hours, with pauses that rise and differ by a fifth', () => {
    const pauses = Array.from({ length: 11 }, (_, i) => pauseAfter(i + 1, RETRY_DELAYS_MS, 0.5));
    expect(pauses.filter((pause) => pause !== null)).toEqual(RETRY_DELAYS_MS);
    expect(pauses.slice(9)).toEqual([null, null]);
    expect(RETRY_DELAYS_MS[0]).toBe(5_000);
    expect(RETRY_DELAYS_MS.reduce((sum, pause) => sum + pause, 0) / 3_600_000).toBeGreaterThan(12);
    expect([pauseAfter(1, [1000], 0), pauseAfter(1, [1000], 0.999_999)]).toEqual([800, 1200]);
  });

  it('puts the end of a task off to the next attempt of the last delivery', () => {
    const task = cancelled(telling(['ENDED']), 10);
    expect(expiryPostponed(task, 50_000)).toMatchObject({ revision: 3, expireTimeMs: 110_000 });
    const taken = deliveryTaken(task, { target: 0, revision: 2 }, { nowMs: 10, untilMs: 90_000, maxAttempts: 2 })!;
    expect(expiryPostponed(taken, 50_000)).toMatchObject({ expireTimeMs: 150_000 });
  });

  it('does not put it off for deliveries that a caller began anew, nor without any', () => {
    const task = cancelled(telling(['ENDED'], ['ENDED']), 10);
    const failure = { kind: 'HOPELESS', status: null, problem: 'SECRET_REVOKED' } as const;
    const givenUp = [0, 1].reduce((from, target) => {
      const key = { target, revision: 2 };
      const taken = deliveryTaken(from, key, { nowMs: 10, untilMs: 20, maxAttempts: 2 })!;
      return deliveryAttempted(taken, { ...key, attempt: 1, outcome: failure }, { nowMs: 15, delayMs: null })!;
    }, task);
    expect(expiryPostponed(givenUp, 50_000)).toBeNull();
    const again = redelivered(givenUp, { includeDelivered: false, includeGone: false, nowMs: 40_000 })!;
    expect(hasPendingDeliveries(again)).toBe(true);
    expect(expiryPostponed(again, 50_000)).toBeNull();
    // A change of state after that is an event of its own.
    expect(expiryPostponed(cancelled(retried(again, 41_000), 42_000), 50_000)).not.toBeNull();
  });
});
