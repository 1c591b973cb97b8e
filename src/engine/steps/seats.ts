/** The encoders that may run at once on this machine, shared by all attempts of the process. */
export interface Seats {
  readonly count: number;
  /**
   * Waits for a seat. Of several owners that wait, the one that holds the fewest is next, so that a long video leaves room for a short one.
   * @returns gives the seat back.
   * @throws the reason of the signal when it aborts before there is a seat.
   */
  take(owner: object, signal: AbortSignal): Promise<() => void>;
}

interface Waiting {
  readonly owner: object;
  readonly sit: () => void;
}

/** @param count at least 1. */
export function createSeats(count: number): Seats {
  const held = new Map<object, number>();
  const waiting: Waiting[] = [];
  let free = count;

  const heldBy = (owner: object) => held.get(owner) ?? 0;

  function sit(owner: object): () => void {
    free -= 1;
    held.set(owner, heldBy(owner) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      free += 1;
      const rest = heldBy(owner) - 1;
      if (rest === 0) held.delete(owner);
      else held.set(owner, rest);
      seatNext();
    };
  }

  function seatNext(): void {
    while (free > 0 && waiting.length > 0) {
      const fewest = Math.min(...waiting.map(({ owner }) => heldBy(owner)));
      const next = waiting.findIndex(({ owner }) => heldBy(owner) === fewest);
      waiting.splice(next, 1)[0]?.sit();
    }
  }

  return {
    count,
    take(owner, signal) {
      signal.throwIfAborted();
      if (free > 0) return Promise.resolve(sit(owner));
      return new Promise((resolve, reject) => {
        const giveUp = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason as Error);
        };
        const entry: Waiting = {
          owner,
          sit: () => {
            signal.removeEventListener('abort', giveUp);
            resolve(sit(owner));
          },
        };
        waiting.push(entry);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}
