/** The events that a caller may be told of. */
export type NotifyEvent = 'ENDED' | 'STATE_CHANGED';

/** Who is told of a task's events. */
export interface NotifyTarget {
  /** http or https, as the caller gave it. */
  readonly url: string;
  /** At least one. */
  readonly events: readonly NotifyEvent[];
  /** The id of the signing secret; null: deliveries are not signed. */
  readonly secretId: string | null;
}

/** Why an attempt to deliver failed; `Delivery.reason` of the proto documents each for callers. */
export type DeliveryProblem =
  | 'HTTP_STATUS'
  | 'GONE'
  | 'REDIRECT'
  | 'TIMEOUT'
  | 'CONNECTION_FAILED'
  | 'CERTIFICATE_NOT_TRUSTED'
  | 'ADDRESS_REFUSED'
  | 'SECRET_REVOKED'
  | 'INTERRUPTED';

/** One event for one target, and how far its delivery is: the outbox of a task, and its record. */
export interface Delivery {
  /** The place of the target in `notify`. */
  readonly target: number;
  readonly event: NotifyEvent;
  /** The revision at which the event came about: with the target it names the delivery. */
  readonly revision: number;
  readonly state: 'PENDING' | 'DELIVERED' | 'ABANDONED';
  /** The present one included. */
  readonly attempts: number;
  /** When it is due; of an attempt under way, when it counts as lost. Null unless PENDING. */
  readonly nextAttemptMs: number | null;
  /** The HTTP status of the last answer; null: there was none. */
  readonly lastStatus: number | null;
  /** Null: no attempt failed. */
  readonly problem: DeliveryProblem | null;
  readonly deliverTimeMs: number | null;
  /** It has come to its end before, and began anew since a caller asked for that. Absent: not. */
  readonly isAgain?: boolean;
}

/** How one attempt ended. */
export type DeliveryOutcome =
  | { readonly kind: 'DELIVERED'; readonly status: number }
  /** Worth another attempt, while there are any. */
  | { readonly kind: 'FAILED'; readonly status: number | null; readonly problem: DeliveryProblem }
  /** Will never come to anything. */
  | { readonly kind: 'HOPELESS'; readonly status: number | null; readonly problem: DeliveryProblem };
