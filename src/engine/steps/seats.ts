import type { Cost } from './cost.js';

/** The cores and the memory of this machine that commands of renders may take, shared by all attempts of the process. */
export interface Seats {
  /** As many commands as can be of use at once. */
  readonly most: number;
  /**
   * Waits until there is room. Of several owners that wait, the one that holds the fewest cores is next, so that a long video leaves room for a short one; nobody overtakes it,
   * so that a large command is not kept waiting by small ones. What costs more than there is has everything.
   * @returns gives the room back.
   * @throws the reason of the signal when it aborts before there is room.
   */
  take(owner: object, cost: Cost, signal: AbortSignal): Promise<() => void>;
}

interface Waiting {
  readonly owner: object;
  readonly cost: Cost;
  readonly sit: () => void;
}

/** Sums of shares of cores are not exact. */
const SLACK = 1e-6;

/** @param room at least one core. */
export function createSeats(room: Cost): Seats {
  const held = new Map<object, number>();
  const waiting: Waiting[] = [];
  let [cores, bytes] = [room.cores, room.bytes];

  const heldBy = (owner: object) => held.get(owner) ?? 0;
  const fits = (cost: Cost) => cost.cores <= cores + SLACK && cost.bytes <= bytes;

  function sit(owner: object, cost: Cost): () => void {
    cores -= cost.cores;
    bytes -= cost.bytes;
    held.set(owner, heldBy(owner) + cost.cores);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      cores += cost.cores;
      bytes += cost.bytes;
      const rest = heldBy(owner) - cost.cores;
      if (rest <= SLACK) held.delete(owner);
      else held.set(owner, rest);
      seatNext();
    };
  }

  function seatNext(): void {
    for (let next = nextWaiting(); next && fits(next.cost); next = nextWaiting()) {
      waiting.splice(waiting.indexOf(next), 1);
      next.sit();
    }
  }

  function nextWaiting(): Waiting | undefined {
    const fewest = Math.min(...waiting.map(({ owner }) => heldBy(owner)));
    return waiting.find(({ owner }) => heldBy(owner) <= fewest + SLACK);
  }

  return {
    most: Math.max(1, Math.floor(room.cores)),
    take(owner, wanted, signal) {
      signal.throwIfAborted();
      const cost = { cores: Math.min(wanted.cores, room.cores), bytes: Math.min(wanted.bytes, room.bytes) };
      if (waiting.length === 0 && fits(cost)) return Promise.resolve(sit(owner, cost));
      return new Promise((resolve, reject) => {
        const giveUp = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason as Error);
          // It may have kept others waiting.
          seatNext();
        };
        const entry: Waiting = {
          owner,
          cost,
          sit: () => {
            signal.removeEventListener('abort', giveUp);
            resolve(sit(owner, cost));
          },
        };
        waiting.push(entry);
        signal.addEventListener('abort', giveUp, { once: true });
        // One that holds less than those who wait may have its turn at once.
        seatNext();
      });
    },
  };
}
