import { InvalidArgumentError } from 'commander';
import type { TaskTimeouts } from '../../generated/cutroom/v1/task.js';
import type { Duration } from '../../generated/google/protobuf/duration.js';

/** A whole number, 0 or more. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('it must be a whole number.');
  return Number(text);
}

/** Seconds, as whole milliseconds; more than 0 and at most a day. */
export function parseSeconds(text: string): number {
  const milliseconds = Math.round(Number(text) * 1000);
  if (!(milliseconds > 0 && milliseconds <= 86_400_000))
    throw new InvalidArgumentError('it must be a number of seconds above 0.');
  return milliseconds;
}

/** A whole number, also below 0. */
export function parseInteger(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError('it must be a whole number.');
  return Number(text);
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** A length of time: `90`, `90s`, `15m`, `2h` or `7d`. How long it may be is the server's to judge. */
export function parseDuration(text: string): Duration {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([smhd]?)$/.exec(text) ?? [];
  const milliseconds = Math.round(Number(number) * (UNIT_SECONDS[unit] ?? NaN) * 1000);
  if (Number.isNaN(milliseconds))
    throw new InvalidArgumentError('it must be a length of time such as 90s, 15m, 2h or 7d.');
  return { seconds: BigInt(Math.floor(milliseconds / 1000)), nanos: (milliseconds % 1000) * 1_000_000 };
}

/** `key=value`, added to those before it. */
export function parseLabel(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('it must be key=value.');
  const key = text.slice(0, at);
  if (Object.hasOwn(before, key)) throw new InvalidArgumentError(`${key} is given twice.`);
  return { ...before, [key]: text.slice(at + 1) };
}

/** `what=time`, added to those before it, such as `total=10m`. */
export function parseLimit(text: string, before: Partial<TaskTimeouts>): Partial<TaskTimeouts> {
  const [, what, time] = /^(queue|total|stall|fetch)=(.+)$/.exec(text) ?? [];
  if (what === undefined || time === undefined)
    throw new InvalidArgumentError('it must be queue=TIME, total=TIME, stall=TIME or fetch=TIME.');
  return { ...before, [what]: parseDuration(time) };
}
