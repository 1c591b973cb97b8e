/** Lets so many pieces of work run at a time; the others wait in line. */
export interface Gate {
  /**
   * Runs `work` when its turn has come.
   * @throws the error of `onFull` when the line is full; the reason of `signal` when it fires before its turn; any error of `work`.
   */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;

  /** @throws the error of `onFull` when the line is full. */
  requireRoom(): void;
}

export interface GateOptions {
  readonly atOnce: number;
  /** How many may wait. Default: any number. */
  readonly maxWaiting?: number;
  readonly onFull?: () => Error;
}

/** Makes a gate, first come, first served. */
export function createGate({ atOnce, maxWaiting = Infinity, onFull }: GateOptions): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;

  function requireRoom(): void {
    if (running >= atOnce && waiting.length >= maxWaiting) throw onFull?.() ?? new RangeError('too much work waits');
  }

  async function enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    requireRoom();
    if (running < atOnce) {
      running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        waiting.splice(waiting.indexOf(begin), 1);
        signal.removeEventListener('abort', leave);
        reject(signal.reason as Error);
      };
      waiting.push(begin);
      signal.addEventListener('abort', leave);
    });
  }

  /** The turn passes to the next in line, so that nobody can come between. */
  function exit(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  return {
    requireRoom,
    async run(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        exit();
      }
    },
  };
}
