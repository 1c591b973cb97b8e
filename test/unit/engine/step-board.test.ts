import { describe, expect, it, vi } from 'vitest';
import { StepBoard, type Turn } from '../../../src/engine/steps/step-board.js';
import type { HelpersListener } from '../../../src/task/ports/helpers.js';

/** A board of so many steps, whose other workers are in the test's hands. */
function boardOf(count: number, { atOnce = 1, hash = 'h' }: { atOnce?: number; hash?: string | null } = {}) {
  let listener: HelpersListener | null = null;
  let nowMs = 0;
  const offered: string[] = [];
  const asked: string[] = [];
  /** Steps that other workers have. */
  const theirs = new Set<string>();
  const frames: string[] = [];
  const board = new StepBoard({
    helpers: {
      listen: (one) => (listener = one),
      offer: (steps) => offered.push(...steps.map(({ step }) => step)),
      takeBack: (step, { evenTaken }) => {
        asked.push(evenTaken ? `${step}!` : step);
        if (evenTaken) theirs.delete(step);
        return Promise.resolve(!theirs.has(step));
      },
      done: () => undefined,
    },
    atOnce,
    onFrames: (step, done) => frames.push(`${step} ${done}`),
    nowMs: () => nowMs,
  });
  const here: string[] = [];
  const done: string[] = [];
  const turns = new Map<string, Turn>();
  const stop = new AbortController();
  const ids = Array.from({ length: count }, (_, i) => `s${i}`);
  const all = ids.map((id) =>
    board.turn({ id, frames: 100, hashOf: () => Promise.resolve(hash) }, stop.signal).then((turn) => {
      turns.set(id, turn);
      if (turn.worker === null) here.push(id);
      else done.push(`${id} by ${turn.worker}`);
    }),
  );
  return {
    ...{ board, offered, asked, theirs, frames, here, done, stop, all },
    others: () => listener!,
    take: (step: string) => {
      theirs.add(step);
      listener!.onTaken(step);
    },
    leave: (step: string) => {
      turns.get(step)!.leave();
    },
    at: (ms: number) => (nowMs = ms),
  };
}

const settled = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 1 });

describe('a board of steps', () => {
  it('does steps here from the first on, and offers the last ones', async () => {
    const { here, offered, leave } = boardOf(20, { atOnce: 2 });
    await settled(() => {
      expect(offered).toHaveLength(16);
    });
    expect(here).toEqual(['s0', 's1']);
    expect(offered).toEqual(Array.from({ length: 16 }, (_, i) => `s${i + 4}`));
    leave('s0');
    await settled(() => {
      expect(here).toEqual(['s0', 's1', 's2']);
    });
  });

  it('leaves out what others have taken, counts their frames, and takes what they have done', async () => {
    const { here, done, frames, offered, take, others, leave, asked } = boardOf(4);
    await settled(() => {
      expect(offered).toEqual(['s1', 's2', 's3']);
    });
    take('s1');
    take('s3');
    others().onFrames('s1', 40);
    leave('s0');
    await settled(() => {
      expect(here).toEqual(['s0', 's2']);
    });
    expect(asked).toEqual(['s2']);
    others().onDone('s3', 'other');
    others().onDone('s1', 'other');
    await settled(() => {
      expect(done).toEqual(['s3 by other', 's1 by other']);
    });
    expect(frames).toEqual(['s1 40']);
  });

  it('goes on to the next when another has taken a step that it asks for', async () => {
    const { here, offered, theirs, others, leave, done } = boardOf(3);
    await settled(() => {
      expect(offered).toHaveLength(2);
    });
    // The news of it is still on its way.
    theirs.add('s1');
    leave('s0');
    await settled(() => {
      expect(here).toEqual(['s0', 's2']);
    });
    others().onDone('s1', 'other');
    await settled(() => {
      expect(done).toEqual(['s1 by other']);
    });
  });

  it('does a step that is returned, and offers it no more', async () => {
    const { here, offered, take, others, leave } = boardOf(2);
    await settled(() => {
      expect(offered).toEqual(['s1']);
    });
    take('s1');
    leave('s0');
    others().onReturned('s1');
    await settled(() => {
      expect(here).toEqual(['s0', 's1']);
    });
    expect(offered).toEqual(['s1']);
  });

  it('takes a step from a worker that is far slower, and waits for one that is nearly done', async () => {
    const { here, offered, asked, take, others, leave, at } = boardOf(3);
    await settled(() => {
      expect(offered).toHaveLength(2);
    });
    take('s1');
    take('s2');
    others().onFrames('s1', 10);
    others().onFrames('s2', 99);
    at(10_000);
    leave('s0');
    // Now it knows that a step takes it 10 s; s1 would take another 180 s there, s2 less than one.
    at(20_000);
    others().onFrames('s1', 10);
    await settled(() => {
      expect(here).toEqual(['s0', 's1']);
    });
    expect(asked).toEqual(['s1!']);
  });

  it('shares nothing whose key no other worker can come to, and ends with its signal', async () => {
    const { here, offered, leave, stop, all } = boardOf(3, { hash: null });
    await settled(() => {
      expect(here).toEqual(['s0']);
    });
    leave('s0');
    await settled(() => {
      expect(here).toEqual(['s0', 's1']);
    });
    expect(offered).toEqual([]);
    stop.abort(new Error('over'));
    await expect(Promise.all(all)).rejects.toThrow('over');
  });
});
