import { describe, expect, it } from 'vitest';
import { costOf, type Cost, MOVING_BYTES } from '../../../src/engine/steps/cost.js';
import { createSeats, type Seats } from '../../../src/engine/steps/seats.js';

const GIB = 1024 ** 3;
const HD = 1920 * 1080;
const one: Cost = { cores: 1, bytes: 0 };
const never = new AbortController().signal;
const owner = (name: string) => ({ name });

/** Takes room in the background, and tells in which order it was given. */
function taker(seats: Seats) {
  const order: string[] = [];
  const leaves = new Map<string, () => void>();
  const take = (name: string, of: object, cost: Cost = one, signal: AbortSignal = never): Promise<void> =>
    seats.take(of, cost, signal).then((given) => {
      order.push(name);
      leaves.set(name, given);
    });
  /** Gives room back, and lets those that get it say so. */
  const leave = async (name: string): Promise<void> => {
    leaves.get(name)?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { order, take, leave };
}

describe('costOf', () => {
  it('is a core for the largest picture, and shares of it for the others', () => {
    expect(costOf({ decoded: [HD], encoded: [HD] }).cores).toBe(1);
    expect(costOf({ decoded: [HD], encoded: [HD, HD, HD] }).cores).toBe(3);
    expect(costOf({ decoded: [HD], encoded: [HD, HD / 4] }).cores).toBe(1.25);
    expect(costOf({ decoded: [], encoded: [] }).cores).toBe(1);
  });

  it('has the memory of all decoders and encoders', () => {
    const alone = costOf({ decoded: [HD], encoded: [HD] }).bytes;
    expect(costOf({ decoded: [HD, HD], encoded: [HD] }).bytes).toBeGreaterThan(alone);
    expect(costOf({ decoded: [HD], encoded: [HD, HD] }).bytes).toBeGreaterThan(alone + 200e6);
    // As measured.
    const eight = Array.from({ length: 8 }, () => 1080 * 1920);
    expect(costOf({ decoded: eight, encoded: [1080 * 1920] }).bytes).toBeGreaterThan(640e6);
    expect(costOf({ decoded: eight, encoded: [1080 * 1920] }).bytes).toBeLessThan(1.4 * GIB);
    expect(MOVING_BYTES.bytes).toBeLessThan(alone);
  });
});

describe('createSeats', () => {
  it('lets as many begin as there is room for, by cores and by memory', async () => {
    const { order, take, leave } = taker(createSeats({ cores: 4, bytes: GIB }));
    const a = owner('a');
    void take('three encoders', a, { cores: 3, bytes: 0 });
    void take('one', a);
    void take('another', a);
    await Promise.resolve();
    expect(order).toEqual(['three encoders', 'one']);
    await leave('one');
    expect(order).toEqual(['three encoders', 'one', 'another']);

    const memory = taker(createSeats({ cores: 4, bytes: GIB }));
    void memory.take('large', a, { cores: 1, bytes: 0.7 * GIB });
    void memory.take('too large beside it', a, { cores: 1, bytes: 0.4 * GIB });
    await Promise.resolve();
    expect(memory.order).toEqual(['large']);
    await memory.leave('large');
    expect(memory.order).toEqual(['large', 'too large beside it']);
  });

  it('gives all there is to what costs more', async () => {
    const { order, take, leave } = taker(createSeats({ cores: 2, bytes: GIB }));
    void take('giant', owner('a'), { cores: 20, bytes: 64 * GIB });
    void take('next', owner('b'));
    await Promise.resolve();
    expect(order).toEqual(['giant']);
    await leave('giant');
    expect(order).toEqual(['giant', 'next']);
  });

  it('has the owner next that holds the fewest cores', async () => {
    const { order, take, leave } = taker(createSeats({ cores: 2, bytes: GIB }));
    const [long, short] = [owner('long'), owner('short')];
    for (const name of ['long 1', 'long 2', 'long 3', 'long 4']) void take(name, long);
    void take('short 1', short);
    await Promise.resolve();
    expect(order).toEqual(['long 1', 'long 2']);
    await leave('long 1');
    expect(order).toEqual(['long 1', 'long 2', 'short 1']);
    await leave('long 2');
    expect(order.at(-1)).toBe('long 3');
  });

  it('keeps room free for a large command that waits, so that small ones do not overtake it', async () => {
    const { order, take, leave } = taker(createSeats({ cores: 4, bytes: GIB }));
    const [busy, large] = [owner('busy'), owner('large')];
    for (const name of ['1', '2', '3', '4']) void take(name, busy);
    void take('large', large, { cores: 3, bytes: 0 });
    void take('5', busy);
    await Promise.resolve();
    await leave('1');
    await leave('2');
    expect(order).toEqual(['1', '2', '3', '4']);
    await leave('3');
    expect(order).toEqual(['1', '2', '3', '4', 'large']);
    await leave('4');
    expect(order.at(-1)).toBe('5');
  });

  it('does not keep others waiting for one that gave up', async () => {
    const { order, take } = taker(createSeats({ cores: 2, bytes: GIB }));
    const stop = new AbortController();
    void take('first', owner('a'));
    const large = take('large', owner('b'), { cores: 2, bytes: 0 }, stop.signal);
    void take('small', owner('c'));
    await Promise.resolve();
    expect(order).toEqual(['first']);
    stop.abort(new Error('given up'));
    await expect(large).rejects.toThrow('given up');
    await Promise.resolve();
    expect(order).toEqual(['first', 'small']);
  });

  it('gives room back once, whatever is left of shares of cores', async () => {
    const seats = createSeats({ cores: 1, bytes: GIB });
    for (let i = 0; i < 50; i += 1) {
      const leaves = await Promise.all(
        Array.from({ length: 10 }, () => seats.take({}, { cores: 0.1, bytes: 1 }, never)),
      );
      for (const leave of [...leaves, ...leaves]) leave();
    }
    const leave = await seats.take({}, { cores: 1, bytes: GIB }, never);
    leave();
  });
});
