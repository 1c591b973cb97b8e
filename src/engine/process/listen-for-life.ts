/** The looks in a row that must be in vain: one alone also follows a stop of this process itself. */
const LOOKS = 12;

/** Watches a process that says again and again that it is alive. */
export interface LifeWatch {
  /** It has said something. */
  heard(): void;
  /** Begins to count its silence. */
  start(): void;
  stop(): void;
}

/** @param onSilence called when it was silent for twelve looks in a row. @param everyMs between two looks. */
export function listenForLife(onSilence: () => void, everyMs: number): LifeWatch {
  let silentLooks = 0;
  let timer: NodeJS.Timeout | null = null;
  const stop = () => {
    if (timer) clearInterval(timer);
    timer = null;
  };
  return {
    heard() {
      silentLooks = 0;
    },
    start() {
      if (timer) return;
      silentLooks = 0;
      timer = setInterval(() => {
        silentLooks += 1;
        if (silentLooks < LOOKS) return;
        stop();
        onSilence();
      }, everyMs).unref();
    },
    stop,
  };
}
