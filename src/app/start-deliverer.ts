import type { Config } from '../config/config.js';
import type { OutputUrls } from '../task/output-urls.js';
import type { Notifier } from '../task/ports/notifier.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { Store } from '../task/ports/store.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import { printEvent } from '../wire/print-event.js';
import { runDeliverer } from '../worker/deliverer.js';
import { systemClock } from './system-clock.js';

/** The parts of a service that deliver. */
export interface DelivererParts {
  readonly config: Pick<Config, 'publicUrl'>;
  readonly events: TaskEvents;
  readonly store: Store;
  readonly notifier: PerTenant<Notifier>;
  readonly urls: OutputUrls;
}

/** Delivers events, also in a process that serves the API only. @returns a function that ends that, with the attempts under way. */
export function startDeliverer({ config, events, store, notifier, urls }: DelivererParts): () => Promise<void> {
  const { publicUrl } = config;
  const ending = new AbortController();
  // Without a public URL nobody knows by which host a receiver reaches this service.
  const sign: Parameters<typeof printEvent>[3] =
    publicUrl === null ? null : (task, output, part) => urls.sign(task, output, publicUrl, part);
  const ended = runDeliverer(
    {
      store,
      clock: systemClock,
      events,
      notifier,
      printEvent: (task, event, timeMs) => printEvent(task, event, timeMs, sign),
    },
    ending.signal,
  );
  return async () => {
    ending.abort();
    await ended;
  };
}
