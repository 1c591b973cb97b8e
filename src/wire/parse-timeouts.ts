import type { TaskTimeouts } from '../../generated/cutroom/v1/task.js';
import type { Duration } from '../../generated/google/protobuf/duration.js';
import type { Timeouts } from '../task/task.js';
import { at, parseDurationUs, type Place } from './render-spec/fields.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

interface Range {
  readonly minMs: number;
  readonly maxMs: number;
}

const QUEUE: Range = { minMs: SECOND_MS, maxMs: 30 * DAY_MS };
const TOTAL: Range = { minMs: SECOND_MS, maxMs: DAY_MS };
const STALL: Range = { minMs: SECOND_MS, maxMs: HOUR_MS };
const FETCH: Range = { minMs: SECOND_MS, maxMs: HOUR_MS };
const TTL: Range = { minMs: MINUTE_MS, maxMs: 365 * DAY_MS };
const DEFAULT_QUEUE_MS = 7 * DAY_MS;
const DEFAULT_TTL_MS = 7 * DAY_MS;

/** Reads how long parts of the work may take; null where the worker's own setting applies. */
export function parseTimeouts(wire: TaskTimeouts | undefined, place: Place): Timeouts {
  return {
    queueMs: parseMs(wire?.queue, at(place, 'queue'), QUEUE) ?? DEFAULT_QUEUE_MS,
    totalMs: parseMs(wire?.total, at(place, 'total'), TOTAL),
    stallMs: parseMs(wire?.stall, at(place, 'stall'), STALL),
    fetchMs: parseMs(wire?.fetch, at(place, 'fetch'), FETCH),
  };
}

/** Reads how long a task and its outputs are kept after its end. */
export function parseTtlMs(wire: Duration | undefined, place: Place): number {
  return parseMs(wire, place, TTL) ?? DEFAULT_TTL_MS;
}

/** Null: not set, or wrong. Rounded to the millisecond. */
function parseMs(wire: Duration | undefined, place: Place, { minMs, maxMs }: Range): number | null {
  const us = wire ? parseDurationUs(wire, place, { minUs: minMs * 1000, maxUs: maxMs * 1000 }) : null;
  return us === null ? null : Math.round(us / 1000);
}
