import type { TaskEvent } from '../../../generated/cutroom/v1/task_service.js';
import { RpcError } from '../rpc-error.js';

/** How long an answer may wait for its first event: until then an error or an empty stream can still be an HTTP status of its own. */
const FIRST_EVENT_MS = 250;

/** How a stream of events begins. */
export type Beginning =
  /** It ended without an event: the caller knew the end already. */
  | { readonly kind: 'empty' }
  /** It goes on, perhaps with nothing to tell yet. */
  | { readonly kind: 'events'; readonly events: AsyncGenerator<TaskEvent, void, undefined> };

/** Waits a moment for the first event. @throws what the stream throws before its first event. */
export async function begin(events: AsyncGenerator<TaskEvent, void, undefined>): Promise<Beginning> {
  const first = events.next();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, FIRST_EVENT_MS, null);
  });
  try {
    const result = await Promise.race([first, late]);
    if (result?.done) return { kind: 'empty' };
    return { kind: 'events', events: continued(first, events) };
  } finally {
    clearTimeout(timer);
  }
}

async function* continued(first: Promise<IteratorResult<TaskEvent, void>>, rest: AsyncGenerator<TaskEvent, void, undefined>): AsyncGenerator<TaskEvent, void, undefined> {
  try {
    const { value, done } = await first;
    if (done) return;
    yield value;
    yield* rest;
  } finally {
    // Also when it is dropped before its first event.
    await rest.return(undefined);
  }
}

/** The RPC error that ended a stream; null for one that is none, since the caller went away. */
export function endOf(error: unknown): RpcError | null {
  return error instanceof RpcError ? error : null;
}
