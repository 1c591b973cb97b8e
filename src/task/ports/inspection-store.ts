/** Which inspection: of one input (`MediaInspector.probe`), or of all inputs of a spec (`check`, `resolve`). */
export type InspectionKind = 'PROBE' | 'CHECK' | 'RESOLVE';

/** A look at inputs that a process without ffmpeg asks of the workers. */
export interface InspectionRequest {
  /** Random. */
  readonly id: string;
  /** Whose inputs: the inspection sees those of this tenant alone. */
  readonly tenant: string;
  readonly kind: InspectionKind;
  /** The input or the spec; `inspection-texts.ts` writes and reads it. */
  readonly text: string;
}

/** The right of a worker to answer a request until a time. */
export interface InspectionClaim {
  readonly request: InspectionRequest;
  /** Random: no other claim has it. */
  readonly claimId: string;
}

export interface InspectionView {
  /** Whether a worker has it. */
  readonly isTaken: boolean;
  /** Null: none yet. */
  readonly answer: string | null;
}

/** Must not throw. Both may be called late, and repeatedly. */
export interface InspectionListener {
  /** OPEN: any worker may take it. GONE: nobody waits for it any more. */
  readonly onChange: (id: string, state: 'OPEN' | 'ANSWERED' | 'GONE') => void;
  /** Changes may have been missed: look again. */
  readonly onGap: () => void;
}

/**
 * Requests of processes without ffmpeg, and the workers' answers, as records that live as long as somebody waits. A record is changed by compare-and-set on its claim.
 * `test/contract/inspection-store.contract.ts` tests what each implementation must do. Methods reject as those of `TaskStore`.
 */
export interface InspectionStore {
  /** Stores an open request. It is forgotten after `ttlMs` by the store's clock, also when its asker has died. */
  ask(request: InspectionRequest, options: { readonly ttlMs: number }): Promise<void>;

  /** Takes one of the open requests, for `leaseMs` by the store's clock. Null: there is none. */
  claim(worker: {
    readonly owner: string;
    readonly claimId: string;
    readonly leaseMs: number;
  }): Promise<InspectionClaim | null>;

  /** Extends a claim. False: it is another's, or nobody waits. */
  renew(claim: InspectionClaim, options: { readonly leaseMs: number }): Promise<boolean>;

  /** False: the claim is another's, or nobody waits. */
  answer(claim: InspectionClaim, text: string): Promise<boolean>;

  /** Another worker may take it. */
  giveBack(claim: InspectionClaim): Promise<void>;

  /** For its asker. Opens the request anew where the lease of its worker has ended. Null: it is gone. */
  look(id: string): Promise<InspectionView | null>;

  /** Nobody waits for it any more. */
  remove(id: string): Promise<void>;

  /** @returns ends it. */
  follow(listener: InspectionListener): () => void;
}
