import type { Task as WireTask, TaskTimeouts } from '../../generated/cutroom/v1/task.js';
import { CacheMode as WireCacheMode, type SubmitTaskRequest } from '../../generated/cutroom/v1/task_service.js';
import type { Duration } from '../../generated/google/protobuf/duration.js';
import { DEFAULT_MAX_ATTEMPTS } from '../task/retry-policy.js';
import type { CacheMode, TaskOptions, Timeouts } from '../task/task-options.js';
import { entryPlace, isLonger } from './map-entries.js';
import { parseNotify } from './notify.js';
import { printDuration } from './print-duration.js';
import {
  at,
  type EnumTable,
  parseDurationUs,
  parseEnum,
  parseNumber,
  type Place,
  refuse,
} from './render-spec/fields.js';

export const PRIORITY = { min: -100, max: 100, unit: '' };
export const MAX_ATTEMPTS = { min: 1, max: 10, unit: '' };

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
export const QUEUE: Range = { minMs: SECOND_MS, maxMs: 30 * DAY_MS };
export const TOTAL: Range = { minMs: SECOND_MS, maxMs: DAY_MS };
export const STALL: Range = { minMs: SECOND_MS, maxMs: HOUR_MS };
export const FETCH: Range = { minMs: SECOND_MS, maxMs: HOUR_MS };
export const TTL: Range = { minMs: MINUTE_MS, maxMs: 365 * DAY_MS };
const DEFAULT_QUEUE_MS = 7 * DAY_MS;
const DEFAULT_TTL_MS = 7 * DAY_MS;

/** A range of times, both ends allowed. */
export interface Range {
  readonly minMs: number;
  readonly maxMs: number;
}

export const MAX_LABELS = 64;
export const LABEL_KEY = /^[a-z][a-z0-9_-]{0,62}$/;
export const MAX_LABEL_CHARACTERS = 256;

const CACHE_MODES: EnumTable<WireCacheMode, CacheMode> = {
  [WireCacheMode.CACHE_MODE_UNSPECIFIED]: 'USE',
  [WireCacheMode.CACHE_MODE_USE]: 'USE',
  [WireCacheMode.CACHE_MODE_NO_STORE]: 'NO_STORE',
  [WireCacheMode.CACHE_MODE_RELOAD]: 'RELOAD',
};

/** Reads the options of a submit. @param root the place of a field of the request. */
export function parseTaskOptions(
  { labels, priority, timeouts, ttl, maxAttempts, cache, notify }: SubmitTaskRequest,
  root: (field: string) => Place,
): TaskOptions {
  const targets = parseNotify(notify, root('notify'));
  return {
    labels: parseLabels(labels, root('labels')),
    priority: parseNumber(priority, root('priority'), PRIORITY),
    timeouts: parseTimeouts(timeouts, root('timeouts')),
    maxAttempts: parseNumber(maxAttempts || DEFAULT_MAX_ATTEMPTS, root('max_attempts'), MAX_ATTEMPTS),
    ttlMs: parseMs(ttl, root('ttl'), TTL) ?? DEFAULT_TTL_MS,
    cache: parseEnum(cache, root('cache'), CACHE_MODES),
    ...(targets.length > 0 && { notify: targets }),
  };
}

/** The options of a task as callers see them; the ttl shows as `expire_time` once the task has ended. */
export function printTaskOptions({
  labels,
  priority,
  timeouts,
  maxAttempts,
}: TaskOptions): Pick<WireTask, 'labels' | 'priority' | 'timeouts' | 'maxAttempts'> {
  return { labels: { ...labels }, priority, timeouts: printTimeouts(timeouts), maxAttempts };
}

function parseTimeouts(wire: TaskTimeouts | undefined, place: Place): Timeouts {
  return {
    queueMs: parseMs(wire?.queue, at(place, 'queue'), QUEUE) ?? DEFAULT_QUEUE_MS,
    totalMs: parseMs(wire?.total, at(place, 'total'), TOTAL),
    stallMs: parseMs(wire?.stall, at(place, 'stall'), STALL),
    fetchMs: parseMs(wire?.fetch, at(place, 'fetch'), FETCH),
  };
}

/** The limits that the caller set. The others are the worker's, and not known before one has the task. */
function printTimeouts({ queueMs, totalMs, stallMs, fetchMs }: Timeouts): TaskTimeouts {
  const print = (ms: number | null) => (ms === null ? undefined : printDuration(ms * 1000));
  return { queue: print(queueMs), total: print(totalMs), stall: print(stallMs), fetch: print(fetchMs) };
}

/** Null: not set, or wrong. Rounded to the millisecond. */
function parseMs(wire: Duration | undefined, place: Place, { minMs, maxMs }: Range): number | null {
  const us = wire ? parseDurationUs(wire, place, { minUs: minMs * 1000, maxUs: maxMs * 1000 }) : null;
  return us === null ? null : Math.round(us / 1000);
}

/** A wrong label is named by its key: `labels["x y"]`. */
function parseLabels(wire: Readonly<Record<string, string>>, place: Place): Readonly<Record<string, string>> {
  const entries = Object.entries(wire);
  if (entries.length > MAX_LABELS) {
    // Not checked one by one: a request of the largest size has a hundred thousand of them.
    refuse(place, `must be at most ${MAX_LABELS}, not ${entries.length}`);
    return {};
  }
  for (const [key, value] of entries) {
    const here = entryPlace(place, key);
    if (!LABEL_KEY.test(key))
      refuse(here, 'must have a key of 1 to 63 characters a-z 0-9 _ - that begins with a letter');
    if (isLonger(value, MAX_LABEL_CHARACTERS))
      refuse(here, `must have a value of at most ${MAX_LABEL_CHARACTERS} characters`);
  }
  return wire;
}
