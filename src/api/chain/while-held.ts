import { linkSignals } from '../../task/abort.js';
import type { Session } from '../../task/authenticator.js';
import { CallError } from '../../task/call-error.js';

/**
 * Runs the work of a unary call that takes its time. Its signal also fires when the caller's credentials end.
 * @throws CallError UNAUTHENTICATED when they have ended, whatever came of the work; any error of `work`.
 */
export async function whileHeld<T>(
  session: Session,
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const either = linkSignals([...signals, over.signal]);
  const release = session.hold(() => {
    over.abort();
  });
  const ifHeld = (): void => {
    if (over.signal.aborted) throw new CallError({ reason: 'UNAUTHENTICATED' });
  };
  try {
    const result = await work(either.signal);
    ifHeld();
    return result;
  } catch (error) {
    // The error of the work is only the consequence.
    ifHeld();
    throw error;
  } finally {
    release();
    either.release();
  }
}
