/** A signal that follows two others for as long as one call lasts. */
export interface EitherSignal {
  readonly signal: AbortSignal;
  /** Lets go of both. Not `AbortSignal.any`: on Node 20 that leaks with a signal that outlives the call. */
  release(): void;
}

/** Aborted as soon as either is, and at once when one has been already. */
export function eitherSignal(one: AbortSignal, other: AbortSignal): EitherSignal {
  const either = new AbortController();
  const abort = () => {
    either.abort();
  };
  one.addEventListener('abort', abort);
  other.addEventListener('abort', abort);
  if (one.aborted || other.aborted) abort();
  return {
    signal: either.signal,
    release() {
      one.removeEventListener('abort', abort);
      other.removeEventListener('abort', abort);
    },
  };
}
