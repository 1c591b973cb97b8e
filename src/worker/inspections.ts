import { linkSignals, type LinkedSignal } from '../task/abort.js';
import type { ValidSpec } from '../composition/parsed-spec.js';
import { answerText, errorText, FAULT_TEXT, readProbeText } from '../task/inspection-texts.js';
import type { Clock } from '../task/ports/clock.js';
import type { InspectionClaim, InspectionRequest, InspectionStore } from '../task/ports/inspection-store.js';
import type { MediaInspector } from '../task/ports/media-inspector.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import { delay, wakeable } from '../task/wait.js';

/** Inspections that a worker does for processes without ffmpeg. */
export interface InspectionDuty {
  readonly inspectors: PerTenant<MediaInspector>;
  /** How many of them at a time. */
  readonly atOnce: number;
}

export interface InspectionsDeps extends InspectionDuty {
  readonly inspections: InspectionStore;
  readonly parseSpec: (specJson: string) => ValidSpec;
  readonly owner: string;
  readonly clock: Pick<Clock, 'monotonicMs' | 'newAttemptId'>;
  readonly events: Pick<TaskEvents, 'backgroundError'>;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** The pause after an error of the store. */
  readonly sweepIntervalMs: number;
}

/** Of a request with its answer: a store takes documents of 16 MiB. */
const MAX_RECORD_BYTES = 14 * 1024 * 1024;
/** Woken by the store, an idle worker asks it nothing. */
const NEVER_MS = 2 ** 31 - 1;

/** Takes and answers requests until the signal aborts; then gives back those under way. Never rejects. */
export async function runInspections(deps: InspectionsDeps, signal: AbortSignal): Promise<void> {
  const { inspections, owner, clock, events, leaseMs, atOnce } = deps;
  const news = wakeable();
  const running = new Map<string, { readonly stop: LinkedSignal; readonly done: Promise<void> }>();
  let mayBeOpen = true;
  const lookAgain = (): void => {
    mayBeOpen = true;
    news.wake();
  };
  const endFollowing = inspections.follow({
    onChange: (id, state) => {
      if (state === 'OPEN') lookAgain();
      else if (state === 'GONE') running.get(id)?.stop.abort();
    },
    onGap: lookAgain,
  });
  const begin = (claim: InspectionClaim): void => {
    const { id } = claim.request;
    const stop = linkSignals([signal]);
    const done = answer(claim, deps, stop)
      .catch((error: unknown) => {
        // Its lease ends by itself.
        events.backgroundError('cannot answer an inspection', error);
      })
      .finally(() => {
        stop.release();
        running.delete(id);
        news.wake();
      });
    running.set(id, { stop, done });
  };
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      while (mayBeOpen && running.size < atOnce && !isOver()) {
        // Before the question: what is asked meanwhile is not overlooked.
        mayBeOpen = false;
        const claim = await inspections.claim({ owner, claimId: clock.newAttemptId(), leaseMs });
        if (claim === null) break;
        mayBeOpen = true;
        begin(claim);
      }
      await news.wait({ timeoutMs: NEVER_MS, signal });
    } catch (error) {
      mayBeOpen = true;
      events.backgroundError('cannot take inspections', error);
      await delay(deps.sweepIntervalMs, signal);
    }
  }
  endFollowing();
  await Promise.all([...running.values()].map(({ done }) => done));
}

/** @param stop aborts when this worker stops, and when nobody waits any more. */
async function answer(claim: InspectionClaim, deps: InspectionsDeps, stop: LinkedSignal): Promise<void> {
  const { inspections, events } = deps;
  const ended = linkSignals([stop.signal]);
  const kept = keep(claim, deps, { ended: ended.signal, stop });
  try {
    const text = await inspect(claim.request, deps, stop.signal);
    if (Buffer.byteLength(text) + Buffer.byteLength(claim.request.text) > MAX_RECORD_BYTES)
      throw new Error('the answer to an inspection is larger than the store takes');
    await inspections.answer(claim, text);
  } catch (error) {
    // The record is gone, or another takes it.
    if (stop.signal.aborted) {
      await inspections.giveBack(claim);
    } else {
      events.backgroundError('an inspection for another server failed', error);
      await inspections.answer(claim, FAULT_TEXT);
    }
  } finally {
    ended.abort();
    ended.release();
    await kept;
  }
}

async function inspect(
  { tenant, kind, text }: InspectionRequest,
  { inspectors, parseSpec }: InspectionsDeps,
  signal: AbortSignal,
): Promise<string> {
  const inspector = inspectors.of(tenant);
  try {
    switch (kind) {
      case 'PROBE': {
        const { uri, field } = readProbeText(text);
        return answerText(await inspector.probe(uri, { field, signal }));
      }
      case 'CHECK':
        return answerText(await inspector.check(parseSpec(text).form, { signal, specJson: text }));
      case 'RESOLVE':
        return answerText(await inspector.resolve(parseSpec(text), { signal, specJson: text }));
    }
  } catch (error) {
    const said = signal.aborted ? null : errorText(error);
    if (said === null) throw error;
    return said;
  }
}

/** Renews a claim until `ended` aborts, and stops the inspection when it is lost. */
async function keep(
  claim: InspectionClaim,
  { inspections, clock, events, leaseMs, heartbeatMs }: InspectionsDeps,
  { ended, stop }: { readonly ended: AbortSignal; readonly stop: LinkedSignal },
): Promise<void> {
  let renewedMs = clock.monotonicMs();
  for (;;) {
    await delay(heartbeatMs, ended);
    if (ended.aborted) return;
    const sentMs = clock.monotonicMs();
    try {
      if (!(await inspections.renew(claim, { leaseMs }))) stop.abort();
      renewedMs = sentMs;
    } catch (error) {
      events.backgroundError('cannot renew the lease on an inspection', error);
      if (clock.monotonicMs() > renewedMs + leaseMs) stop.abort();
    }
  }
}
