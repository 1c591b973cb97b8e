import { describe, expect, it } from 'vitest';
import type { ProcessStats } from '../../../src/engine/process/process-stats.js';
import { createWatchdog, type Clocks } from '../../../src/engine/process/watchdog.js';

const CLOCKS: Clocks = {
  stallMs: 20_000,
  quietMs: 10_000,
  noProgressMs: 300_000,
  totalMs: 3_600_000,
  maxRssBytes: 1_000,
};

function stats(cpuMs: number, ioBytes: number, rssBytes = 1): ProcessStats {
  return { cpuMs, ioBytes, rssBytes, peakRssBytes: rssBytes };
}

/** @param wantsToRun whether a processor is what it lacks. */
function watchdog(wantsToRun = false) {
  const dog = createWatchdog(CLOCKS, 0);
  return { ...dog, check: (nowMs: number, taken: ProcessStats | null) => dog.check(nowMs, taken, () => wantsToRun) };
}

describe('createWatchdog', () => {
  it('reports a stall when a process neither works nor reads for long', () => {
    const dog = watchdog();
    expect(dog.check(0, stats(500, 1_000))).toBeNull();
    expect(dog.check(19_000, stats(520, 1_000))).toBeNull();
    expect(dog.check(20_000, stats(520, 1_000))).toBe('STALL');
  });

  it.each([
    ['CPU', (s: number) => stats(s * 100, 0)],
    ['input', (s: number) => stats(0, s * 4_096)],
  ])('allows silence of a process that uses %s', (_name, at) => {
    const dog = watchdog();
    for (let s = 0; s < 299; s += 1) expect(dog.check(s * 1_000, at(s))).toBeNull();
    expect(dog.check(300_000, at(300))).toBe('NO_PROGRESS');
  });

  it('reports no stall of a process that would run if the machine let it', () => {
    const dog = watchdog(true);
    for (let s = 0; s < 299; s += 1) expect(dog.check(s * 1_000, stats(0, 0))).toBeNull();
    expect(dog.check(300_000, stats(0, 0))).toBe('NO_PROGRESS');
  });

  it('does not count the timer of an idle process as work', () => {
    const dog = watchdog();
    // 10 ms of CPU in 5 s were seen in hung processes.
    const fired = Array.from({ length: 30 }, (_, s) => dog.check(s * 1_000, stats(Math.floor(s / 5) * 10, 0)));
    expect(fired.findIndex((clock) => clock === 'STALL')).toBe(20);
  });

  it('restarts both clocks of progress with each progress', () => {
    const dog = watchdog();
    dog.progressed(15_000);
    expect(dog.check(34_000, stats(0, 0))).toBeNull();
    expect(dog.check(35_000, stats(0, 0))).toBe('STALL');
  });

  it('ends a process that takes too much time or memory, despite its progress', () => {
    const dog = watchdog();
    dog.progressed(3_599_999);
    expect(dog.check(3_600_000, stats(1, 1))).toBe('TOTAL');
    expect(watchdog().check(1, stats(0, 0, 1_001))).toBe('MEMORY');
  });

  it('uses the other clocks where nothing can be measured', () => {
    const dog = watchdog();
    expect(dog.check(100_000, null)).toBeNull();
    expect(dog.check(300_000, null)).toBe('NO_PROGRESS');
  });
});
