import type { SubmitRate } from '../limits.js';

/** Counts the submits of tenants for their rates, those of all processes that share the store together. */
export interface SubmitRates {
  /** Counts one submit. @returns null: it is within the rate; else after how many milliseconds one may be again. */
  takeSubmit(tenant: string, rate: SubmitRate): Promise<number | null>;
}
