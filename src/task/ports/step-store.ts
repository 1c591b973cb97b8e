import type { TaskKey } from '../task.js';

/** Names one attempt at a task. */
export interface AttemptKey {
  readonly task: TaskKey;
  readonly fence: number;
}

/** A step of a running attempt that any worker may do. */
export interface OfferedStep extends AttemptKey {
  /** Unique in the attempt. */
  readonly step: string;
  /** The worker that has the attempt. */
  readonly by: string;
  /** The key of the step's result: whoever does the step must come to the same. */
  readonly hash: string;
}

/** The right of a worker to do a step until a time. */
export interface StepClaim extends OfferedStep {
  readonly worker: string;
  /** Random: no other claim has it. */
  readonly claimId: string;
}

/** What is stored of a step, for the worker that offered it. */
export interface StepNews extends AttemptKey {
  readonly step: string;
  /** GONE: the record is removed, and with it the right of any other worker to do the step. */
  readonly state: 'OPEN' | 'TAKEN' | 'DONE' | 'GONE';
  /** Who does it, or did it; null: nobody, or the news does not say. */
  readonly worker: string | null;
  /** Frames that are rendered so far. */
  readonly frames: number;
}

/** Must not throw. All may be called late, repeatedly, or for steps that are long over. */
export interface StepListener {
  /** Another worker offers a step. */
  readonly onOffered: () => void;
  /** A step that this worker offered has changed. */
  readonly onNews: (news: StepNews) => void;
  /** News may have been lost: look again. */
  readonly onGap: () => void;
}

export interface FollowStepsOptions extends StepListener {
  /** This worker. */
  readonly worker: string;
}

/**
 * Steps of attempts that are offered to other workers, as tiny records that live as long as the attempt at most. A record is changed by compare-and-set on its
 * claim; a step without a record is its owner's. Results are no part of it: they are kept under their key, so that a late worker overwrites nothing.
 * `test/contract/step-store.contract.ts` tests what each implementation must do. Methods reject as those of `TaskStore`.
 */
export interface StepStore {
  /** Stores open steps, of one attempt. One that is there stays as it is. */
  offer(steps: readonly OfferedStep[]): Promise<void>;

  /** Up to `limit` open steps of others than `notBy`. @param options.attempt only those of this attempt. @param options.except not those of these tasks. */
  open(
    limit: number,
    options: { readonly notBy: string; readonly attempt?: AttemptKey; readonly except?: readonly TaskKey[] },
  ): Promise<readonly OfferedStep[]>;

  /** Takes an open step, for `leaseMs` by the store's clock. False: it is not open. */
  claim(claim: StepClaim, options: { readonly leaseMs: number }): Promise<boolean>;

  /** Extends a claim and says how far it is. False: the step was taken back. */
  renew(claim: StepClaim, options: { readonly frames: number; readonly leaseMs: number }): Promise<boolean>;

  /** The result is stored under its key. False: the step was taken back. */
  finish(claim: StepClaim): Promise<boolean>;

  /** The worker does not do the step after all: it is its owner's again. */
  giveBack(claim: StepClaim): Promise<void>;

  /**
   * The owner does a step itself.
   * @param options.from OPEN: unless another worker has it; LAPSED: also when the lease of that one has ended; ANY: unless it is done.
   * @returns whether it is the owner's now.
   */
  takeBack(
    step: AttemptKey & { readonly step: string; readonly by: string },
    options: { readonly from: 'OPEN' | 'LAPSED' | 'ANY' },
  ): Promise<boolean>;

  /** All records of an attempt. */
  ofAttempt(attempt: AttemptKey): Promise<readonly StepNews[]>;

  /** Removes all records of an attempt and of earlier ones at the task. */
  removeUpTo(attempt: AttemptKey): Promise<void>;

  /** Resolves once nothing that is stored from now on is missed. @returns ends it. */
  follow(options: FollowStepsOptions): Promise<() => void>;
}
