import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { linkSignals } from '../../../src/task/abort.js';

describe('a linked signal', () => {
  it('aborts with the first of its parents, and with its reason', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const link = linkSignals([one.signal, other.signal]);
    other.abort('other');
    one.abort('one');
    expect([link.signal.aborted, link.signal.reason]).toEqual([true, 'other']);
  });

  it('aborts at once when a parent has aborted before', () => {
    expect(linkSignals([AbortSignal.abort('gone')]).signal.reason).toBe('gone');
  });

  it('aborts after its timeout with the given reason, and has the whole time again after a restart', async () => {
    const link = linkSignals([], { timeoutMs: 150, timeoutReason: () => 'late' });
    const started = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 100));
    link.restart();
    await new Promise((resolve) => {
      link.signal.addEventListener('abort', resolve);
    });
    expect([link.signal.reason, link.hasTimedOut()]).toEqual(['late', true]);
    // A timer may fire a millisecond early by this clock.
    expect(performance.now() - started).toBeGreaterThan(240);
  });

  it('aborts soon after a negative timeout', async () => {
    const link = linkSignals([], { timeoutMs: -1 });
    await new Promise((resolve) => {
      link.signal.addEventListener('abort', resolve);
    });
    expect(link.hasTimedOut()).toBe(true);
  });

  it('does not report a timeout that comes after another abort', async () => {
    const link = linkSignals([AbortSignal.abort('gone')], { timeoutMs: 0 });
    // A timer that starts later, for as long, fires later.
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect([link.signal.reason, link.hasTimedOut()]).toEqual(['gone', false]);
  });

  it('removes its listeners from its parents when it is released, and no longer follows them', () => {
    const parent = new AbortController();
    const link = linkSignals([parent.signal], { timeoutMs: 60_000 });
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(1);
    link.release();
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(0);
    parent.abort();
    expect(link.signal.aborted).toBe(false);
  });

  it('adds one listener to a parent, however many follow it, and each of them aborts', () => {
    const parent = new AbortController();
    const links = Array.from({ length: 1_000 }, () => linkSignals([parent.signal]));
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(1);
    for (const link of links.splice(0, 500)) link.release();
    parent.abort('end');
    expect(links.every(({ signal }) => signal.reason === 'end')).toBe(true);
    for (const link of links) link.release();
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(0);
  });
});
