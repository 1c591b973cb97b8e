import { forwarded, pulled, type PulledStream } from '../../src/api/chain/stream.js';
import type { WatchOptions } from '../../src/task/hub-watch.js';
import type { TaskKey } from '../../src/task/task.js';
import type { TaskHub } from '../../src/task/task-hub.js';
import type { WatchEvent } from '../../src/task/watch-event.js';

/** A watch of a hub whose next event is sent when the test asks for it. */
export function pullWatch(
  hub: TaskHub,
  key: TaskKey,
  { signal, ...options }: WatchOptions & { readonly signal: AbortSignal },
): PulledStream<WatchEvent> {
  return pulled((sink) => {
    const event = (of: WatchEvent) => {
      sink.send(of);
    };
    const end = (error: unknown) => {
      sink.end(error);
    };
    return forwarded(signal, hub.watch(key, options, { event, end }));
  });
}
