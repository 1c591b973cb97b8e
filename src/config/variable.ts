import type { Reader } from './readers.js';

/** The commands that read the environment: the service (and `doctor`, for it), a render without a service, and clients of a service. */
export type Command = 'serve' | 'render' | 'client';

/** One environment variable. */
export interface Variable<T> {
  readonly reader: Reader<T>;
  /** Its meaning, for people: a phrase without the default and the values, which the reader knows. */
  readonly help: string;
  readonly usedBy: readonly Command[];
}

export const SERVE: readonly Command[] = ['serve'];
