import { CallError } from '../../task/call-error.js';

/** @throws CallError DRAINING once the server drains. */
export function refuseWhileDraining(drain: AbortSignal): void {
  if (drain.aborted) throw new CallError({ reason: 'DRAINING' });
}
