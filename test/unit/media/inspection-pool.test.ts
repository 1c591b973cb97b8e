import { describe, expect, it } from 'vitest';
import { createInspectionPool } from '../../../src/media/inspection-pool.js';
import { RenderError } from '../../../src/task/failure.js';
import type { MediaInspector, MediaReport } from '../../../src/task/ports/media-inspector.js';
import { eventually } from '../../support/eventually.js';

const REPORT: MediaReport = { format: 'wav', durationUs: 1, video: null, audio: null };
const form = { inputs: [], compose: () => ({ compositions: [], warnings: [] }) };

/** An inspector whose work ends when the test says so, or when it is aborted. */
function heldInspector() {
  const running = new Map<string, () => void>();
  const held = (name: string, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (settle: () => void) => () => {
        running.delete(name);
        settle();
      };
      running.set(name, end(resolve));
      signal.addEventListener(
        'abort',
        end(() => {
          reject(signal.reason as Error);
        }),
      );
    });
  const inspector: MediaInspector = {
    probe: (uri, { signal }) => held(uri, signal).then(() => REPORT),
    check: (_, { signal }) => held('check', signal).then(() => []),
    resolve: (_, { signal }) => held('resolve', signal).then(() => ({ violations: [], resolution: null })),
  };
  return { inspector, running };
}

const isRunning = (running: ReadonlyMap<string, unknown>, names: readonly string[]) =>
  eventually(`running: ${names.join(', ')}`, () => [...running.keys()].join() === names.join());

const never = new AbortController().signal;

describe('the pool of inspections', () => {
  it('runs so many at a time, lets so many wait, and refuses the next', async () => {
    const { inspector, running } = heldInspector();
    const pool = createInspectionPool({ inspectors: { of: () => inspector }, atOnce: 2, maxWaiting: 1 }).of('acme');
    const probes = ['a', 'b', 'c'].map((uri) => pool.probe(uri, { field: 'uri', signal: never }));
    await isRunning(running, ['a', 'b']);
    expect(() => {
      pool.requireRoom();
    }).toThrow(expect.objectContaining({ detail: { reason: 'INSPECTIONS_BUSY' } }));
    await expect(pool.check(form, { signal: never, specJson: '' })).rejects.toMatchObject({
      detail: { reason: 'INSPECTIONS_BUSY' },
    });
    running.get('a')!();
    await isRunning(running, ['b', 'c']);
    pool.requireRoom();
    running.get('b')!();
    running.get('c')!();
    expect(await Promise.all(probes)).toEqual([REPORT, REPORT, REPORT]);
  });

  it('reads an input once for all that ask at the same time, and goes on while one of them waits', async () => {
    const { inspector, running } = heldInspector();
    const pool = createInspectionPool({ inspectors: { of: () => inspector }, atOnce: 1, maxWaiting: 0 }).of('acme');
    const leaver = new AbortController();
    const left = pool.probe('a', { field: 'uri', signal: leaver.signal });
    const stays = pool.probe('a', { field: 'uri', signal: never });
    leaver.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect(running.size).toBe(1);
    running.get('a')!();
    expect(await stays).toEqual(REPORT);
  });

  it('reads the input of the same name for each tenant, and never answers with that of another', async () => {
    const inspectors = {
      of: (tenant: string): MediaInspector => ({
        probe: () => Promise.resolve({ ...REPORT, format: tenant }),
        check: () => Promise.resolve([]),
        resolve: () => Promise.resolve({ violations: [], resolution: null }),
      }),
    };
    const pool = createInspectionPool({ inspectors, atOnce: 2, maxWaiting: 1 });
    const probes = ['acme', 'other'].map((tenant) => pool.of(tenant).probe('a', { field: 'uri', signal: never }));
    expect((await Promise.all(probes)).map(({ format }) => format)).toEqual(['acme', 'other']);
  });

  it('ends the work that nobody waits for any more, and passes its turn on', async () => {
    const { inspector, running } = heldInspector();
    const pool = createInspectionPool({ inspectors: { of: () => inspector }, atOnce: 1, maxWaiting: 2 }).of('acme');
    const [first, second] = [new AbortController(), new AbortController()];
    const probes = [first, second].map(({ signal }, i) => pool.probe(String(i), { field: 'uri', signal }));
    const check = pool.check(form, { signal: never, specJson: '' });
    second.abort(new Error('gone'));
    await expect(probes[1]).rejects.toThrow('gone');
    first.abort(new Error('gone too'));
    await expect(probes[0]).rejects.toThrow('gone too');
    await isRunning(running, ['check']);
    running.get('check')!();
    expect(await check).toEqual([]);
  });

  it('tells a lack of this machine from a fault of the input', async () => {
    const failing = (error: Error): MediaInspector => ({
      probe: () => Promise.reject(error),
      check: () => Promise.reject(error),
      resolve: () => Promise.reject(error),
    });
    const probe = (error: Error) =>
      createInspectionPool({ inspectors: { of: () => failing(error) }, atOnce: 1, maxWaiting: 0 })
        .of('acme')
        .probe('a', {
          field: 'uri',
          signal: never,
        });
    await expect(probe(new RenderError('OUT_OF_PROCESSES', 'full'))).rejects.toMatchObject({
      detail: { reason: 'INPUTS_UNAVAILABLE' },
    });
    await expect(probe(new RenderError('INPUT_EMPTY', 'is empty'))).rejects.toMatchObject({
      failure: { reason: 'INPUT_EMPTY' },
    });
  });
});
