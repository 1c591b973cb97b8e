import { InvalidArgumentError } from 'commander';

/** A whole number, 0 or more. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('it must be a whole number.');
  return Number(text);
}

/** Seconds, as whole milliseconds; more than 0 and at most a day. */
export function parseSeconds(text: string): number {
  const milliseconds = Math.round(Number(text) * 1000);
  if (!(milliseconds > 0 && milliseconds <= 86_400_000)) throw new InvalidArgumentError('it must be a number of seconds above 0.');
  return milliseconds;
}
