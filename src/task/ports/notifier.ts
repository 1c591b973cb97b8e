import type { DeliveryOutcome } from '../notify.js';

/** One event on its way. */
export interface NotifyRequest {
  readonly url: string;
  /** The same for each attempt at one event. */
  readonly id: string;
  /** When it is sent. */
  readonly timeMs: number;
  /** JSON. */
  readonly body: string;
  /** `whsec_…`; null: it is not signed. */
  readonly secret: string | null;
}

/** Sends events to the URLs of callers. */
export interface Notifier {
  /** Why nothing is sent to a URL, to end a sentence about it and without its path; null: it may be. */
  check(url: string): string | null;

  /** Makes one attempt, within seconds. Never rejects. @param signal ends it early, as INTERRUPTED. */
  send(request: NotifyRequest, signal: AbortSignal): Promise<DeliveryOutcome>;
}
