import type { ParsedSpec } from '../composition/parsed-spec.js';
import { CallError } from './call-error.js';
import type { LimitName, TenantLimits } from './limits.js';
import { pixelFramesOf } from './pixel-frames.js';
import type { Clock } from './ports/clock.js';
import type { PerTenant } from './ports/per-tenant.js';
import type { SubmitRates } from './ports/submit-rates.js';
import type { TaskStore } from './ports/task-store.js';
import type { UsageStore } from './ports/usage-store.js';
import { createQueueRoom } from './queue-room.js';
import { DAY_MS, msUntilNextDay, utcDayOf } from './utc-day.js';

/** Holds tenants to their limits. Every method throws CallError QUOTA_EXCEEDED, and asks the store only for a tenant that has the limit. */
export interface Quotas {
  /** Counts a submit or a retry. */
  takeSubmit(tenant: string): Promise<void>;
  /** What a task itself may be. */
  checkTask(tenant: string, task: { readonly priority: number; readonly spec: ParsedSpec }): void;
  /** What the inputs of a task may have together. @param knownBytes of those whose size is known before they are fetched; asked only where there is a limit. */
  checkInputBytes(tenant: string, knownBytes: () => Promise<number>): Promise<void>;
  /**
   * Room for one more task within the day. Those that ask at once may all be given it.
   * @param sizeOf its pixels times frames; null: only its inputs decide that. Asked only where there is a limit.
   * @returns to be called once the task is stored: counts a size that is known. One that is not is counted by the worker.
   */
  takeDay(tenant: string, sizeOf: () => number | null | Promise<number | null>): Promise<() => Promise<void>>;
  /** Room for one more queued task and its outputs. @returns to be called once the task is stored, or is not. */
  takeRoom(tenant: string): Promise<() => void>;
  /** One more at once, of this process. @returns to be called at its end. Idempotent. */
  enter(tenant: string, kind: 'watches' | 'inspections'): () => void;
  /** Of all uploads of a tenant together; null: no limit. */
  uploadLimits(tenant: string): Pick<TenantLimits, 'uploadBytes' | 'uploads'>;
}

export interface QuotaDeps {
  /** Asked at each call: the file may have changed. */
  readonly limits: PerTenant<TenantLimits>;
  readonly store: SubmitRates & UsageStore & Pick<TaskStore, 'countIn' | 'outputBytes'>;
  readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
}

/** A queue gets shorter when a render begins: seconds, rarely less. */
const QUEUE_RETRY_MS = 5_000;
const BUSY_RETRY_MS = 1_000;

export function quotaExceeded(
  limit: LimitName,
  value: number,
  more: { readonly retryAfterMs?: number; readonly windowMs?: number } = {},
): CallError {
  return new CallError({ reason: 'QUOTA_EXCEEDED', limit, value, retryAfterMs: null, windowMs: null, ...more });
}

export function createQuotas({ limits, store, clock }: QuotaDeps): Quotas {
  const room = createQueueRoom({ count: (tenant, upTo) => store.countIn(tenant, 'QUEUED', upTo), clock });
  const inUse = { watches: new Map<string, number>(), inspections: new Map<string, number>() };

  return {
    async takeSubmit(tenant) {
      const { submits } = limits.of(tenant);
      if (submits === null) return;
      const retryAfterMs = await store.takeSubmit(tenant, submits);
      const windowMs = (submits.burst / submits.perSecond) * 1000;
      if (retryAfterMs !== null) throw quotaExceeded('submits_per_second', submits.burst, { retryAfterMs, windowMs });
    },

    checkTask(tenant, { priority, spec }) {
      const { maxPriority, pixelFrames } = limits.of(tenant);
      if (maxPriority !== null && priority > maxPriority) throw quotaExceeded('max_priority', maxPriority);
      if (pixelFrames !== null && (pixelFramesOf(spec) ?? 0) > pixelFrames)
        throw quotaExceeded('pixel_frames', pixelFrames);
    },

    async checkInputBytes(tenant, knownBytes) {
      const { inputBytes } = limits.of(tenant);
      if (inputBytes !== null && (await knownBytes()) > inputBytes) throw quotaExceeded('input_bytes', inputBytes);
    },

    async takeDay(tenant, sizeOf) {
      const { pixelFramesPerDay: limit } = limits.of(tenant);
      if (limit === null) return () => Promise.resolve();
      const nowMs = clock.nowMs();
      const today = { tenant, day: utcDayOf(nowMs) };
      const [size, used] = [await sizeOf(), await store.pixelFramesOn(today)];
      // A task without a picture is never too much.
      if (size === null ? used >= limit : size > 0 && used + size > limit) {
        const fitsAnotherDay = (size ?? 1) <= limit;
        throw quotaExceeded('pixel_frames_per_day', limit, {
          windowMs: DAY_MS,
          ...(fitsAnotherDay && { retryAfterMs: msUntilNextDay(nowMs) }),
        });
      }
      return async () => {
        if (size !== null && size > 0) await store.addPixelFrames(today, size);
      };
    },

    async takeRoom(tenant) {
      const { queued, outputBytes } = limits.of(tenant);
      if (outputBytes !== null && (await store.outputBytes(tenant)) >= outputBytes)
        throw quotaExceeded('output_bytes', outputBytes);
      if (queued === null) return () => undefined;
      const release = await room.take(tenant, queued);
      if (release === null) throw quotaExceeded('queued', queued, { retryAfterMs: QUEUE_RETRY_MS });
      return release;
    },

    enter(tenant, kind) {
      const limit = limits.of(tenant)[kind];
      if (limit === null) return () => undefined;
      const counts = inUse[kind];
      const count = counts.get(tenant) ?? 0;
      if (count >= limit) throw quotaExceeded(kind, limit, { retryAfterMs: BUSY_RETRY_MS });
      counts.set(tenant, count + 1);
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        const left = (counts.get(tenant) ?? 1) - 1;
        if (left === 0) counts.delete(tenant);
        else counts.set(tenant, left);
      };
    },

    uploadLimits: (tenant) => limits.of(tenant),
  };
}
