import { RateLimiterMongo } from 'rate-limiter-flexible';
import type { SubmitRates } from '../../task/ports/submit-rates.js';
import { limitersBy, takePoint } from '../submit-rates.js';
import type { Calls } from './calls.js';
import type { Clients } from './clients.js';

/** `collections.ts` makes its indexes. */
export const SUBMIT_RATES = 'submit_rates';

/** Counts in the database, so for all processes; windows follow their clocks. A tenant beyond its rate is refused without asking the database again. */
export function submitRatesIn(calls: Calls, { main, database }: Pick<Clients, 'main' | 'database'>): SubmitRates {
  const limiterOf = limitersBy(
    (window) =>
      new RateLimiterMongo({
        ...window,
        // One tenant has a window of its own for each rate, should the file change.
        keyPrefix: `${window.points}/${window.duration}`,
        storeClient: main,
        dbName: database,
        tableName: SUBMIT_RATES,
        disableIndexesCreation: true,
        inMemoryBlockOnConsumed: window.points,
      }),
  );
  // A repeated try may count twice, which costs the caller a submit of its rate at most.
  return { takeSubmit: (tenant, rate) => calls.ask(() => takePoint(limiterOf(rate), tenant)) };
}
