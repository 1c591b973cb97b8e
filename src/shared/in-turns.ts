import { setImmediate } from 'node:timers/promises';

/** So many items take less than a millisecond or two. */
const AT_ONCE = 2_000;

/** Goes through many items in turns of the event loop, so that everything else goes on in between. */
export async function* inTurns<T>(items: Iterable<T>): AsyncGenerator<T, void, undefined> {
  let count = 0;
  for (const item of items) {
    yield item;
    count += 1;
    if (count % AT_ONCE === 0) await setImmediate();
  }
}
