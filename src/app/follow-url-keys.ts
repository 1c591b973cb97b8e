import { randomBytes } from 'node:crypto';
import type { Config } from '../config/config.js';
import { longestLifeOf } from '../task/output-urls.js';
import type { SecretStore } from '../task/ports/secret-store.js';
import { openUrlKeys, type UrlKeys } from '../task/url-keys.js';
import { systemClock } from './system-clock.js';

/** A key that another replica has made signs here too within this time. */
const REFRESH_MS = 2_000;

/**
 * The keys of signed URLs, from now on as the store has them.
 * @param cleanups gets what ends it.
 * @throws CallError STORE_UNAVAILABLE.
 */
export async function followUrlKeys(
  { urlLifetimeMs }: Pick<Config, 'urlLifetimeMs'>,
  store: SecretStore,
  cleanups: (() => Promise<unknown>)[],
): Promise<UrlKeys> {
  const longestLifeMs = longestLifeOf(urlLifetimeMs);
  const keys = await openUrlKeys({ store, clock: systemClock, randomBytes, longestLifeMs });
  const timer = setInterval(() => {
    // While the store does not answer no task is shown, and so no URL signed; readiness tells of it.
    keys.refresh().catch(() => undefined);
  }, REFRESH_MS);
  timer.unref();
  cleanups.push(() => {
    clearInterval(timer);
    return Promise.resolve();
  });
  return keys;
}
