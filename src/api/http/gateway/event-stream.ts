import { CallError } from '../../../task/call-error.js';
import type { PulledStream } from '../../chain/stream.js';
import { statusOf } from '../../../wire/status-mapping.js';
import { errorResponse, statusIn } from '../http-error.js';
import type { HttpResponse, TextStream } from '../http-types.js';
import { type StreamFormat, streamHeaders } from './stream-formats.js';

/** How long an answer may wait for its first event: until then an error or an empty stream can still be an HTTP status of its own. */
const FIRST_EVENT_MS = 250;

/** Messages on their way to one caller. */
export interface EventSource<Message extends object> {
  readonly events: Pick<PulledStream<Message>, 'next' | 'return'>;
  /** Its call was ended for a reader that had stopped. */
  cut(): void;
  /** Ends the call. Idempotent. */
  close(): void;
}

/** Answers with a stream of events, once it is known how it begins. An error before the first event is the whole answer. Never rejects. */
export async function streamResponse<Message extends object>(
  source: EventSource<Message>,
  format: StreamFormat<Message>,
): Promise<HttpResponse> {
  const first = source.events.next();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, FIRST_EVENT_MS, null);
  });
  try {
    const beginning = await Promise.race([first, late]);
    if (beginning?.done !== true)
      return {
        status: 200,
        headers: streamHeaders(format),
        body: { kind: 'stream', stream: textOf(first, source, format) },
      };
    source.close();
    return format.empty();
  } catch (error) {
    source.close();
    const status = statusIn(error);
    return status === null ? errorResponse(error) : format.refusal(status);
  } finally {
    clearTimeout(timer);
  }
}

/** Not a generator: one that is dropped before its first piece would never come to its `finally`, and leave the watch open behind it. */
function textOf<Message extends object>(
  first: Promise<IteratorResult<Message, void>>,
  source: EventSource<Message>,
  format: StreamFormat<Message>,
): TextStream {
  let pending: Promise<IteratorResult<Message, void>> | null = first;
  let isOpen = false;
  let isOver = false;
  return {
    async next() {
      if (!isOpen && format.opening !== '') {
        isOpen = true;
        return format.opening;
      }
      if (isOver) return null;
      try {
        const { value, done } = await (pending ?? source.events.next());
        pending = null;
        return done === true ? null : format.event(value);
      } catch (error) {
        isOver = true;
        const status = statusIn(error);
        return status === null ? null : format.error(status);
      }
    },
    cut: () => {
      source.cut();
      return format.error(statusOf(new CallError({ reason: 'WATCHER_TOO_SLOW' })));
    },
    close: () => {
      source.close();
    },
  };
}
