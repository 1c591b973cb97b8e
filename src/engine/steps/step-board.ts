import { onAbort } from '../../task/abort.js';
import type { Helpers, HelpersListener } from '../../task/ports/helpers.js';

/** A step that this worker or another may do. */
export interface BoardStep {
  readonly id: string;
  readonly frames: number;
  /** The key of its result; null: no other worker can do it. */
  readonly hashOf: () => Promise<string | null>;
}

/** The turn of a step. */
export interface Turn {
  /** Who has done it; null: it is to be done here. */
  readonly worker: string | null;
  /** The step is over. Idempotent. */
  readonly leave: () => void;
}

export interface StepBoardOptions {
  readonly helpers: Helpers;
  /** Steps that are done here at once. */
  readonly atOnce: number;
  /** Another worker has rendered so many frames of a step. */
  readonly onFrames: (step: string, frames: number) => void;
  /** Milliseconds that never go back. */
  readonly nowMs?: () => number;
}

/** Steps that are open at a time: as many as there may be workers that have nothing to do at the same moment. */
const MOST_OPEN = 16;
/** A worker that has a step for longer than it would take here is waited for at least this long, since it has to fetch the inputs first. */
const LEAST_PATIENCE_MS = 5_000;
/** Before this worker has done a step, and knows. */
const FIRST_PATIENCE_MS = 30_000;

/**
 * WAITING: not offered. KEPT: not offered, and never again. OPEN: offered. ASKING: this worker wants it back. TAKEN: another worker does it.
 */
type State = 'WAITING' | 'KEPT' | 'OPEN' | 'ASKING' | 'TAKEN';

interface Item {
  readonly step: BoardStep;
  state: State;
  isReturned: boolean;
  takenMs: number;
  frames: number;
  readonly begin: (turn: Turn) => void;
}

/**
 * Shares steps out between this worker and others. This worker does steps from the first on, and offers the last ones, so that the two seldom want the same. It never
 * waits for a step that it could do: what another has taken is waited for only when nothing else is left, and is taken back when this worker would be done with it sooner.
 */
export class StepBoard {
  readonly #options: StepBoardOptions;
  readonly #nowMs: () => number;
  readonly #items: Item[] = [];
  readonly #seen = new Set<string>();
  #busy = 0;
  #longestMs: number | null = null;
  #isOffering = false;
  #isClosed = false;
  #scheduled: NodeJS.Immediate | null = null;
  #impatience: NodeJS.Timeout | null = null;

  constructor(options: StepBoardOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    options.helpers.listen(this.#listener());
  }

  /** Waits until a step is to be done here, or was done elsewhere. A step that comes a second time is done here. @throws the reason of the signal. */
  turn(step: BoardStep, signal: AbortSignal): Promise<Turn> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const item: Item = {
        step,
        state: this.#seen.has(step.id) ? 'KEPT' : 'WAITING',
        isReturned: false,
        takenMs: 0,
        frames: 0,
        begin: (turn) => {
          unfollow();
          resolve(turn);
        },
      };
      const unfollow = onAbort(signal, () => {
        unfollow();
        this.#drop(item);
        reject(signal.reason as Error);
      });
      this.#seen.add(step.id);
      this.#items.push(item);
      this.#schedule();
    });
  }

  /** Nothing begins any more. */
  close(): void {
    this.#isClosed = true;
    if (this.#scheduled) clearImmediate(this.#scheduled);
    if (this.#impatience) clearTimeout(this.#impatience);
  }

  #listener(): HelpersListener {
    const withItem = (id: string, then: (item: Item) => void) => {
      const item = this.#items.find(({ step }) => step.id === id);
      if (item) then(item);
      this.#schedule();
    };
    return {
      onTaken: (id) => {
        withItem(id, (item) => {
          if (item.state === 'OPEN') Object.assign(item, { state: 'TAKEN', takenMs: this.#nowMs() });
        });
      },
      onFrames: (id, frames) => {
        withItem(id, (item) => {
          item.frames = Math.max(item.frames, frames);
          this.#options.onFrames(id, frames);
        });
      },
      onDone: (id, worker) => {
        withItem(id, (item) => {
          this.#drop(item);
          item.begin({ worker, leave: () => undefined });
        });
      },
      onReturned: (id) => {
        withItem(id, (item) => {
          if (item.state === 'ASKING') item.isReturned = true;
          else if (item.state !== 'WAITING') item.state = 'KEPT';
        });
      },
    };
  }

  #isOpen(): boolean {
    return !this.#isClosed;
  }

  #drop(item: Item): void {
    const at = this.#items.indexOf(item);
    if (at >= 0) this.#items.splice(at, 1);
  }

  /** Those that come at the same moment are looked at together. */
  #schedule(): void {
    if (this.#isClosed) return;
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = null;
      this.#advance();
    });
  }

  #advance(): void {
    if (this.#isClosed) return;
    while (this.#busy < this.#options.atOnce) {
      const next = this.#items.find(({ state }) => state === 'WAITING' || state === 'KEPT' || state === 'OPEN');
      if (!next) break;
      if (next.state === 'OPEN') void this.#ask(next, { evenTaken: false });
      else this.#beginHere(next);
    }
    this.#watchTaken();
    void this.#offerMore();
  }

  #beginHere(item: Item): void {
    this.#drop(item);
    this.#busy += 1;
    const startedMs = this.#nowMs();
    let isOver = false;
    item.begin({
      worker: null,
      leave: () => {
        if (isOver) return;
        isOver = true;
        this.#busy -= 1;
        this.#longestMs = Math.max(this.#longestMs ?? 0, this.#nowMs() - startedMs);
        this.#schedule();
      },
    });
  }

  /** Meanwhile it has its place among those that are done here. */
  async #ask(item: Item, options: { readonly evenTaken: boolean }): Promise<void> {
    item.state = 'ASKING';
    item.isReturned = false;
    this.#busy += 1;
    const isOurs = await this.#options.helpers.takeBack(item.step.id, options);
    this.#busy -= 1;
    // Otherwise it was done meanwhile, or given up.
    if (this.#items.includes(item)) {
      item.state = isOurs || hasReturned(item) ? 'KEPT' : 'TAKEN';
      // Looked at anew after as long again: the news that it is done may be on its way.
      if (item.state === 'TAKEN') item.takenMs = this.#nowMs();
      else if (this.#isOpen()) this.#beginHere(item);
    }
    this.#schedule();
  }

  /** With nothing else to do, this worker takes back what it would do sooner. */
  #watchTaken(): void {
    if (this.#impatience) clearTimeout(this.#impatience);
    this.#impatience = null;
    if (this.#busy >= this.#options.atOnce) return;
    const taken = this.#items.filter(({ state }) => state === 'TAKEN');
    const waits = taken.map((item) => ({ item, ms: this.#patienceFor(item) }));
    const [first] = waits.sort((a, b) => a.ms - b.ms);
    if (!first) return;
    if (first.ms <= 0) void this.#ask(first.item, { evenTaken: true });
    else {
      this.#impatience = setTimeout(() => {
        this.#advance();
      }, first.ms);
      this.#impatience.unref();
    }
  }

  #patienceFor({ step, takenMs, frames }: Item): number {
    const elapsedMs = this.#nowMs() - takenMs;
    const ownMs = this.#longestMs ?? FIRST_PATIENCE_MS;
    const patienceMs = Math.max(LEAST_PATIENCE_MS, 2 * ownMs) - elapsedMs;
    if (patienceMs > 0 || frames === 0) return patienceMs;
    const restMs = (elapsedMs * (step.frames - frames)) / frames;
    // When it has still not ended by then, it is looked at anew.
    return restMs > ownMs ? 0 : Math.max(restMs, LEAST_PATIENCE_MS);
  }

  /** Offers the last of those that wait, up to as many as may be open. */
  async #offerMore(): Promise<void> {
    if (this.#isOffering) return;
    this.#isOffering = true;
    for (let batch = this.#offerable(); batch.length > 0; batch = this.#offerable()) {
      const hashes = await Promise.all(batch.map(({ step }) => step.hashOf().catch(() => null)));
      if (!this.#isOpen()) break;
      const offered = batch.flatMap((item, i) => {
        // It may have begun meanwhile.
        if (item.state !== 'WAITING' || !this.#items.includes(item)) return [];
        const hash = hashes[i] ?? null;
        item.state = hash === null ? 'KEPT' : 'OPEN';
        return hash === null ? [] : [{ step: item.step.id, hash }];
      });
      if (offered.length > 0) this.#options.helpers.offer(offered);
    }
    this.#isOffering = false;
  }

  #offerable(): Item[] {
    const room = MOST_OPEN - this.#items.filter(({ state }) => state === 'OPEN').length;
    return room <= 0 || this.#isClosed ? [] : this.#items.filter(({ state }) => state === 'WAITING').slice(-room);
  }
}

/** While it was asked for. */
function hasReturned({ isReturned }: Item): boolean {
  return isReturned;
}
