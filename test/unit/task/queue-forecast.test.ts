import { describe, expect, it } from 'vitest';
import { createQueueForecast } from '../../../src/task/queue-forecast.js';

const whole = (nowMs: number) => ({ isWhole: true, nowMs });

describe('the forecast of a queue', () => {
  it('counts the tasks ahead by their ranks, whether the look saw the task or not', () => {
    const forecast = createQueueForecast();
    expect(forecast.placeOf(10)).toBeNull();
    forecast.look([10, 20, 20, 30], whole(0));
    expect([5, 10, 20, 30, 40].map((rank) => forecast.placeOf(rank)?.position)).toEqual([1, 1, 2, 4, 5]);
    expect(forecast.placeOf(10)?.estimatedStartTimeMs).toBeNull();
  });

  it('estimates the start by the pace at which tasks left the queue', () => {
    const forecast = createQueueForecast();
    forecast.look([10, 20, 20, 30, 40], whole(0));
    forecast.look([20, 20, 30, 40, 50], whole(60_000));
    expect(forecast.placeOf(20)).toEqual({ position: 1, estimatedStartTimeMs: 120_000 });
    expect(forecast.placeOf(50)).toEqual({ position: 5, estimatedStartTimeMs: 360_000 });
    // Two of three, one of them of a rank that another has.
    forecast.look([20, 40, 50], whole(120_000));
    expect(forecast.placeOf(40)).toEqual({ position: 2, estimatedStartTimeMs: 120_000 + 2 * 40_000 });
  });

  it('becomes later while nothing leaves, and forgets a pace after ten minutes', () => {
    const forecast = createQueueForecast();
    forecast.look([10, 20], whole(0));
    forecast.look([20], whole(60_000));
    forecast.look([20], whole(300_000));
    expect(forecast.placeOf(20)?.estimatedStartTimeMs).toBe(600_000);
    forecast.look([20], whole(700_000));
    expect(forecast.placeOf(20)?.estimatedStartTimeMs).toBeNull();
  });

  it('takes no task for gone that lies beyond the reach of a look', () => {
    const forecast = createQueueForecast();
    forecast.look([10, 20, 30], { isWhole: false, nowMs: 0 });
    forecast.look([1, 2, 10], { isWhole: false, nowMs: 60_000 });
    expect(forecast.placeOf(20)?.estimatedStartTimeMs).toBeNull();
  });

  it('knows no pace of a queue that was emptied meanwhile', () => {
    const forecast = createQueueForecast();
    forecast.look([10, 20], whole(0));
    forecast.look([20], whole(1_000));
    forecast.look([30, 40], whole(500_000));
    expect(forecast.placeOf(40)).toEqual({ position: 2, estimatedStartTimeMs: null });
  });
});
