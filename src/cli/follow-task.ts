import { setTimeout as delay } from 'node:timers/promises';
import { Status } from 'nice-grpc';
import type { Task } from '../../generated/cutroom/v1/task.js';
import type { TaskServiceClient } from '../../generated/cutroom/v1/task_service.js';
import { linkSignals } from '../task/abort.js';
import { isWorthRetrying } from './exit-code.js';
import { RpcError } from './rpc-error.js';
import { hasEnded } from './task-state.js';

/** How patient a watcher is. Times in ms. */
export interface FollowOptions {
  /** Ends the generator with the signal's reason. */
  readonly signal: AbortSignal;
  /** Called before each wait for a server that is gone. */
  readonly onLost?: (error: RpcError) => void;
  /** A stream that is silent for longer is dead: the server sends a heartbeat every 15 s. Default: 45 s. */
  readonly silenceMs?: number;
  /** How long to go on trying after the last sign of life. Default: 60 s. */
  readonly giveUpAfterMs?: number;
  /** The first wait; it doubles up to twenty times that. Default: 250 ms. */
  readonly backoffMs?: number;
}

/**
 * Yields a task each time it changes, its terminal state last. A lost server is tried again from the last revision
 * seen, so nothing is shown twice; one that was never reached is not. Throws the RpcError that ended it.
 */
export async function* followTask(
  client: TaskServiceClient,
  name: string,
  options: FollowOptions,
): AsyncGenerator<Task, void> {
  const { giveUpAfterMs = 60_000, backoffMs = 250 } = options;
  let afterRevision: bigint | undefined;
  let aliveMs = performance.now();
  let failures = 0;
  for (;;) {
    try {
      for await (const task of watchOnce(client, { name, afterRevision }, options)) {
        aliveMs = performance.now();
        failures = 0;
        if (task === 'heartbeat') continue;
        afterRevision = task.revision;
        yield task;
        if (hasEnded(task.state)) return;
      }
      throw unavailable('the stream ended before the task did');
    } catch (error) {
      options.signal.throwIfAborted();
      const goOn = error instanceof RpcError && isLoss(error.code) && afterRevision !== undefined;
      if (!goOn || performance.now() - aliveMs > giveUpAfterMs) throw error;
      options.onLost?.(error);
      const wait = Math.min(backoffMs * 2 ** failures, backoffMs * 20) * (0.5 + Math.random() / 2);
      failures += 1;
      await delay(Math.max(wait, error.retryDelayMs), undefined, { signal: options.signal });
    }
  }
}

async function* watchOnce(
  client: TaskServiceClient,
  request: { name: string; afterRevision: bigint | undefined },
  options: FollowOptions,
): AsyncGenerator<Task | 'heartbeat', void> {
  const { silenceMs = 45_000 } = options;
  const call = linkSignals([options.signal], { timeoutMs: silenceMs });
  try {
    options.signal.throwIfAborted();
    for await (const { event } of client.watchTask(request, { signal: call.signal })) {
      call.restart();
      if (event?.$case === 'task') yield event.value;
      else yield 'heartbeat';
    }
  } catch (error) {
    if (call.signal.aborted) throw unavailable(`no message from the server for ${silenceMs / 1000} s`, error);
    throw error;
  } finally {
    call.release();
  }
}

/** CANCELLED too: a server that is stopped by force ends a stream with it, and the caller has not cancelled here. */
function isLoss(code: Status): boolean {
  return isWorthRetrying(code) || code === Status.CANCELLED;
}

function unavailable(message: string, cause?: unknown): RpcError {
  return new RpcError(Status.UNAVAILABLE, { code: Status.UNAVAILABLE, message, details: [] }, { cause });
}
