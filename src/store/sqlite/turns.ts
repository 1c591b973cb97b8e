/**
 * Makes a function that resolves in a later turn of the event loop, for one caller per turn: long work that is done in pieces lets everything else
 * go on in between, however many do such work at once.
 */
export function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const next = (): void => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(next);
  };
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(next);
    });
}
