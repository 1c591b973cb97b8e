import { randomBytes } from 'node:crypto';
import type { Config } from '../config/config.js';
import { longestLifeOf } from '../task/output-urls.js';
import type { LeadStore } from '../task/ports/lead-store.js';
import type { SecretStore } from '../task/ports/secret-store.js';
import { openUrlKeys, type UrlKeys } from '../task/url-keys.js';
import { systemClock } from './system-clock.js';

/** A key that another replica has made signs here too within this time, where the store does not tell of it. */
const REFRESH_MS = 2_000;
/** Where it does: only the end of an old key needs a look. */
const RARE_REFRESH_MS = 60_000;

/**
 * The keys of signed URLs, from now on as the store has them.
 * @param cleanups gets what ends it.
 * @throws CallError STORE_UNAVAILABLE.
 */
export async function followUrlKeys(
  { urlLifetimeMs }: Pick<Config, 'urlLifetimeMs'>,
  store: SecretStore & Pick<LeadStore, 'signals'>,
  cleanups: (() => Promise<unknown>)[],
): Promise<UrlKeys> {
  const longestLifeMs = longestLifeOf(urlLifetimeMs);
  const keys = await openUrlKeys({ store, clock: systemClock, randomBytes, longestLifeMs });
  const refresh = (): void => {
    // While the store does not answer no task is shown, and so no URL signed; readiness tells of it.
    keys.refresh().catch(() => undefined);
  };
  const unsubscribe = store.signals?.subscribe({ onSecret: refresh, onGap: refresh });
  const timer = setInterval(refresh, store.signals ? RARE_REFRESH_MS * (0.75 + Math.random() / 2) : REFRESH_MS);
  timer.unref();
  cleanups.push(() => {
    unsubscribe?.();
    clearInterval(timer);
    return Promise.resolve();
  });
  return keys;
}
