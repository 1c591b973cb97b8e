import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** Where log lines go, however it fares. */
export interface LogDestination extends DestinationStream {
  /** Never waits, never throws. */
  write(line: string): void;
  /** Lines that could not be written so far. */
  lostLines(): number;
}

/** So much may wait for a reader that is slow, or a disk. */
const MAX_WAITING_CHARACTERS = 4 * 1024 * 1024;
const RETRY_MS = 50;
const NEWLINE = 0x0a;

/**
 * Writes lines to an open file, such as standard error, beside the event loop. Lines that it refuses (a full disk, a reader that has gone)
 * are lost, and so are new ones while too many wait: a service must not stand still for its log. What waits at the exit of the process is
 * written then, as far as that is possible at once.
 */
export function createLogDestination(options: {
  readonly descriptor: number;
  /** Default: 4 Mi. */
  readonly maxWaitingCharacters?: number;
}): LogDestination {
  const { maxWaitingCharacters = MAX_WAITING_CHARACTERS } = options;
  const descriptor = withoutBlocking(options.descriptor);
  let waiting: string[] = [];
  let waitingCharacters = 0;
  let isBusy = false;
  let lost = 0;

  function next(): void {
    if (waiting.length === 0) {
      isBusy = false;
      return;
    }
    isBusy = true;
    const chunk = takeWaiting();
    setImmediate(send, chunk);
  }

  function takeWaiting(): Buffer {
    const chunk = Buffer.from(waiting.join(''));
    waiting = [];
    waitingCharacters = 0;
    return chunk;
  }

  function send(chunk: Buffer): void {
    write(descriptor, chunk, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(send, RETRY_MS, chunk).unref();
        return;
      }
      const rest = chunk.subarray(written);
      if (error) lost += linesIn(rest);
      if (error || rest.length === 0) next();
      else send(rest);
    });
  }

  process.once('exit', () => {
    try {
      if (waiting.length > 0) writeSync(descriptor, takeWaiting());
    } catch {
      // There is nowhere to tell of it.
    }
  });

  return {
    write(line) {
      if (waitingCharacters + line.length > maxWaitingCharacters) {
        lost += 1;
        return;
      }
      waiting.push(line);
      waitingCharacters += line.length;
      if (!isBusy) next();
    },
    lostLines: () => lost,
  };
}

/**
 * A pipe that nobody reads would block a thread for ever, and the exit of the process. Opened anew it does not, without a change for the
 * other processes that share it. A file must not be opened anew: it would be written from its beginning.
 */
function withoutBlocking(descriptor: number): number {
  try {
    if (!fstatSync(descriptor).isFIFO()) return descriptor;
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return descriptor;
  }
}

function linesIn(chunk: Buffer): number {
  let count = 0;
  for (const byte of chunk) if (byte === NEWLINE) count += 1;
  return count;
}
