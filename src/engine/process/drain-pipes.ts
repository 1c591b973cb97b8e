import type { Readable } from 'node:stream';

/** How long an open pipe is silent before it is given up: a process that outlived its group's leader may hold it open for ever. */
const SILENT_MS = 200;

/**
 * Reads pipes to their end after their process has ended. Gives up only on a pipe that is open and silent: a process that is late itself
 * (a busy event loop) still gets everything, since between two looks at a pipe it has read what was in it.
 */
export async function drainPipes(pipes: readonly (Readable | null | undefined)[]): Promise<void> {
  const open = pipes.filter((pipe) => pipe !== null && pipe !== undefined && !pipe.closed) as Readable[];
  await Promise.all(open.map(drain));
}

function drain(pipe: Readable): Promise<void> {
  return new Promise((resolve) => {
    let heard = true;
    const onData = () => {
      heard = true;
    };
    // A timer that is due runs before pending input is read: only the second silent look proves that there was none.
    const timer = setInterval(() => {
      if (!heard) {
        end();
        pipe.destroy();
      }
      heard = false;
    }, SILENT_MS / 2);
    const end = () => {
      clearInterval(timer);
      pipe.off('data', onData).off('close', end);
      resolve();
    };
    pipe.on('data', onData).on('close', end);
  });
}
