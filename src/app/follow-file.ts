import { openReloadedFile } from '../shared/reloaded-file.js';
import type { TaskEvents } from '../task/ports/task-events.js';

/**
 * The content of a file that the operator may change while the service runs: as it is at each call.
 * @param cleanups gets what ends it.
 * @throws Error, for people, with every problem of the file.
 */
export async function followFile<T>(
  followed: { readonly name: string; readonly file: string; readonly parse: (text: string) => T },
  events: Pick<TaskEvents, 'backgroundError'>,
  cleanups: (() => Promise<unknown>)[],
): Promise<() => T> {
  const reloaded = await openReloadedFile(followed, (message, cause) => {
    events.backgroundError(message, cause);
  });
  cleanups.push(() => {
    reloaded.close();
    return Promise.resolve();
  });
  return () => reloaded.current();
}
