/** Work that one process does for all that share a store, such as looking for abandoned tasks. */
export interface LeadStore {
  /** Takes the lead if nobody has it, or renews it. @returns whether `owner` has it, for `leaseMs` from now by the store's clock. Rejects as the methods of `TaskStore`. */
  lead(owner: string, options: { readonly leaseMs: number }): Promise<boolean>;

  /** Gives the lead up, so that another can take it at once; nothing if `owner` does not have it. */
  resign(owner: string): Promise<void>;

  /** Hints about changes beside those of tasks, by any process on the store; null: there are none, and it is asked at intervals. */
  readonly signals: StoreSignals | null;
}

export interface StoreSignals {
  /** @returns what ends it. */
  subscribe(listener: StoreSignalListener): () => void;
}

export interface StoreSignalListener {
  /** The lead was taken or renewed, or it is free. */
  onLead?(state: 'HELD' | 'FREE'): void;
  /** A secret was made or replaced. */
  onSecret?(): void;
  /** Hints may have been lost. */
  onGap?(): void;
}
