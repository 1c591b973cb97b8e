/**
 * Takes the messages of a stream as they come. Pushed and not pulled: a chain of generators costs ten thousand watchers of one task three times
 * the memory and the time of their transport.
 */
export interface StreamSink<Message> {
  send(message: Message): void;
  /** Called once, as the last. @param error null: the stream is complete. */
  end(error: unknown): void;
}

/** A stream that is open. */
export interface OpenStream {
  /** The reader has taken a message: the next may be sent. A source that does not wait for it fills the memory. */
  taken(): void;
  /** Nobody reads any more, or the server drains: the stream ends soon. */
  cancel(): void;
}

/** Opens a stream. `send` and `end` are not called before it has returned. */
export type OpenInto<Message> = (sink: StreamSink<Message>) => OpenStream;

/** A stream for a reader who pulls. */
export interface PulledStream<Message> extends AsyncIterableIterator<Message, void, undefined> {
  return(): Promise<IteratorResult<Message, void>>;
}

/** Opens a stream when its first message is asked for; each further one says that the one before was taken. */
export function pulled<Message>(open: OpenInto<Message>): PulledStream<Message> {
  const arrived: Message[] = [];
  let stream: OpenStream | null = null;
  let end: { readonly error: unknown } | null = null;
  let waiting: { resolve: (result: IteratorResult<Message, void>) => void; reject: (error: unknown) => void } | null =
    null;
  let isUntaken = false;

  function settle(): void {
    if (!waiting) return;
    const { resolve, reject } = waiting;
    if (arrived.length > 0) {
      isUntaken = true;
      resolve({ value: arrived.shift() as Message, done: false });
    } else if (end) {
      const { error } = end;
      end = { error: null };
      if (error === null) resolve({ value: undefined, done: true });
      else reject(error);
    } else return;
    waiting = null;
  }

  return {
    next: () =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        const wasUntaken = isUntaken;
        isUntaken = false;
        if (wasUntaken) stream?.taken();
        stream ??= open({
          send: (message) => {
            arrived.push(message);
            settle();
          },
          end: (error) => {
            end = { error };
            settle();
          },
        });
        settle();
      }),
    return() {
      stream?.cancel();
      end ??= { error: null };
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Pushes what an iterator yields, one message at a time. @param iterate ends soon when its signal aborts. */
export function pump<Message>(
  iterate: (signal: AbortSignal) => AsyncIterable<Message>,
  sink: StreamSink<Message>,
): OpenStream {
  const ending = new AbortController();
  let resume = () => {};
  async function run(): Promise<void> {
    for await (const message of iterate(ending.signal)) {
      const taken = new Promise<void>((resolve) => (resume = resolve));
      sink.send(message);
      // The last ones are sent without waiting for a reader who may have gone.
      if (!ending.signal.aborted) await taken;
    }
  }
  Promise.resolve()
    .then(run)
    .then(
      () => {
        sink.end(null);
      },
      (error: unknown) => {
        sink.end(error);
      },
    );
  return {
    taken: () => {
      resume();
    },
    cancel: () => {
      ending.abort();
      resume();
    },
  };
}

/** Cancels a stream when its caller's signal aborts. */
export function forwarded(caller: AbortSignal, stream: OpenStream): OpenStream {
  if (caller.aborted) stream.cancel();
  else
    caller.addEventListener(
      'abort',
      () => {
        stream.cancel();
      },
      { once: true },
    );
  return stream;
}
