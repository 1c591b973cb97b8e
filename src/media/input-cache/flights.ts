import { untilAborted } from '../../task/abort.js';

/** Work that several may wait for: it is done once, and stopped when none of them waits any more. */
export interface Flights<T> {
  /**
   * Waits for the flight of this key, which begins with its first passenger. Those who come after it has landed begin a new one.
   * @throws the error of the flight or of `use`; the reason of `signal` when it fires.
   */
  board<R>(key: string, passage: Passage<T, R>): Promise<R>;
}

export interface Passage<T, R> {
  readonly start: (signal: AbortSignal) => Promise<T>;
  /** Is called once the last passenger has used the result. */
  readonly end: (landed: T) => Promise<void>;
  readonly signal: AbortSignal;
  readonly use: (landed: T, isFirst: boolean) => Promise<R>;
}

interface Flight<T> {
  readonly landing: Promise<T>;
  readonly stop: AbortController;
  passengers: number;
}

export function createFlights<T>(): Flights<T> {
  const flying = new Map<string, Flight<T>>();

  function begin(key: string, start: Passage<T, unknown>['start']): Flight<T> {
    const stop = new AbortController();
    const flight: Flight<T> = { landing: start(stop.signal), stop, passengers: 0 };
    flying.set(key, flight);
    const landed = (): void => {
      forget(key, flight);
    };
    flight.landing.then(landed, landed);
    return flight;
  }

  function forget(key: string, flight: Flight<T>): void {
    if (flying.get(key) === flight) flying.delete(key);
  }

  return {
    async board(key, { start, end, signal, use }) {
      signal.throwIfAborted();
      const known = flying.get(key);
      const flight = known ?? begin(key, start);
      flight.passengers += 1;
      let hasLanded = false;
      try {
        const landed = await untilAborted(flight.landing, signal);
        hasLanded = true;
        return await use(landed, known === undefined);
      } finally {
        flight.passengers -= 1;
        if (flight.passengers === 0) {
          forget(key, flight);
          flight.stop.abort();
          const ended = flight.landing.then(end, () => undefined);
          // One that is stopped may take a while to notice.
          if (hasLanded) await ended;
          else ended.catch(() => undefined);
        }
      }
    },
  };
}
