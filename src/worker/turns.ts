import type { Clock } from '../task/ports/clock.js';

/**
 * Whose turn it is to have a task claimed. Tenants with queued tasks take turns in the order of their names, so that one that queues thousands delays
 * no other by more than a task for each slot. Each worker goes round by itself.
 */
export interface Turns {
  /** The tenant whose turn was last; the next is the first after it by name. */
  last: string;
  /** Whether a tenant was passed over in the last round, since as many of its tasks run as may: when one ends there may be work. */
  passedOver: boolean;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Begins anywhere, so that workers that start together do not all go for the same tenant. */
export function createTurns({ random }: Pick<Clock, 'random'>): Turns {
  return { last: LETTERS.charAt(Math.floor(random() * LETTERS.length)), passedOver: false };
}
