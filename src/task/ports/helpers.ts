/** A step of an attempt, and the key of its result. */
export interface SharedStep {
  /** Unique in the attempt. */
  readonly step: string;
  readonly hash: string;
}

/** Must not throw. Calls may come late, or for steps that are long over. */
export interface HelpersListener {
  /** Another worker does a step. */
  readonly onTaken: (step: string) => void;
  /** It has rendered so many of its frames. */
  readonly onFrames: (step: string, frames: number) => void;
  /** It is done: its result is in the store of artifacts. */
  readonly onDone: (step: string, worker: string) => void;
  /** It is this worker's again. */
  readonly onReturned: (step: string) => void;
}

/** A step that was done. */
export interface StepDone {
  readonly step: string;
  readonly frames: number;
  /** Null: another worker knows. */
  readonly durationMs: number | null;
  /** Null: this one. */
  readonly worker: string | null;
}

/** Other workers, which may do steps of this attempt. */
export interface Helpers {
  /** Called before anything else. */
  listen(listener: HelpersListener): void;
  /** Lets other workers do steps. One that cannot be offered is returned. */
  offer(steps: readonly SharedStep[]): void;
  /**
   * This worker does an offered step itself. Never rejects: when the store does not answer both may do it, which costs work and nothing else.
   * @param options.evenTaken also when another is at it, and then that one stops.
   * @returns false: another does it, or has done it.
   */
  takeBack(step: string, options: { readonly evenTaken: boolean }): Promise<boolean>;
  /** For the log. */
  done(step: StepDone): void;
}
