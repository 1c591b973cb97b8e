/**
 * Calls `work` again and again, so long after its last end: on a busy machine a call that began earlier would otherwise end after a later one, and undo it.
 * Does not keep the process alive. @param work must not reject.
 * @returns a function that ends it; a call under way is not waited for.
 */
export function repeat(work: () => Promise<void>, { pauseMs }: { readonly pauseMs: number }): () => void {
  let isEnded = false;
  let timer = later();
  function later(): NodeJS.Timeout {
    return setTimeout(() => {
      void work().then(() => {
        if (!isEnded) timer = later();
      });
    }, pauseMs).unref();
  }
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}
