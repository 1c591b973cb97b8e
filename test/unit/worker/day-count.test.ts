import { expect, it } from 'vitest';
import type { Form } from '../../../src/composition/form.js';
import { montageForm } from '../../../src/composition/montage/montage-form.js';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';
import { RenderError } from '../../../src/task/failure.js';
import { cancelled, retried } from '../../../src/task/lifecycle.js';
import { NO_LIMITS } from '../../../src/task/limits.js';
import { systemClock } from '../../../src/app/system-clock.js';
import { eventually } from '../../support/eventually.js';
import { factsFor, montageOf } from '../../support/montage.js';
import { away, inState, read, startPool, store, submit } from './worker-harness.js';

const montage = montageForm(montageOf(1, { longestClipUs: 2_000_000 }));
const facts = factsFor(montage.montage, [{ kind: 'video', durationUs: 10_000_000 }]);
const composed = montage.compose(facts);
const SIZE = 144 * 256 * composed.compositions[0]!.frames;
// Tasks are submitted at the time of the machine, and their time in the queue is limited.
const NOW_MS = Date.now();
const TODAY = Math.floor(NOW_MS / 86_400_000);
const clock = { ...systemClock, nowMs: () => NOW_MS };
const limitsOf = (pixelFramesPerDay: number | null, pixelFrames: number | null = null) => ({
  of: () => ({ ...NO_LIMITS, pixelFramesPerDay, pixelFrames }),
});

const start = (options: Parameters<typeof startPool>[1], form: Form = montage) =>
  startPool('worker', { clock, leaseMs: 60_000, parseSpec: () => ({ form, outputs: DEFAULT_OUTPUTS }), ...options });
const used = () => store.pixelFramesOn({ tenant: 'default', day: TODAY });

async function nthRender({ renderer }: ReturnType<typeof startPool>, count: number) {
  await eventually(`render ${count}`, () => renderer.renders.length === count);
  return renderer.renders[count - 1]!;
}

it('counts what inputs decide once they are read, once for all attempts until a retry, and refuses nothing', async () => {
  const worker = start({ limits: limitsOf(1) });
  await submit('one');
  const first = await nthRender(worker, 1);
  expect(await used()).toBe(0);
  // Composed twice, as after a step that was done again.
  for (let i = 0; i < 2; i++) expect(first.job.form.compose(facts)).toEqual(composed);
  await eventually('it is counted', async () => (await used()) > 0);
  first.fail(new RenderError('INTERNAL', 'passes'));
  const second = await nthRender(worker, 2);
  second.job.form.compose(facts);
  expect(await used()).toBe(SIZE);
  const running = await read('one');
  expect(await store.replace(running, cancelled(running, clock.nowMs()), { leaseMs: null })).toBe(true);
  const ended = await read('one');
  await store.replace(ended, retried(ended, clock.nowMs()), { leaseMs: null });
  const third = await nthRender(worker, 3);
  third.job.form.compose(facts);
  await eventually('the retry is counted', async () => (await used()) === 2 * SIZE);
  third.finish();
  await inState('one', 'SUCCEEDED');
});

it('counts nothing that was known at the submit, is too large, or is of a tenant without the limit', async () => {
  const known: Form = { inputs: [], compose: () => composed };
  for (const [limits, form] of [
    [limitsOf(SIZE), known],
    [limitsOf(null), montage],
    [limitsOf(SIZE, SIZE - 1), montage],
  ] as const) {
    const worker = start({ limits }, form);
    const id = `of ${String(limits.of().pixelFramesPerDay)} ${String(limits.of().pixelFrames)}, ${form.inputs.length}`;
    await submit(id);
    const render = await nthRender(worker, 1);
    if (limits.of().pixelFrames === null) render.job.form.compose(facts);
    else expect(() => render.job.form.compose(facts)).toThrow('are allowed');
    render.finish();
    await inState(id, 'SUCCEEDED');
    await worker.pool.stop({ graceMs: 0 });
  }
  expect(await used()).toBe(0);
});

it('renders what cannot be counted, and tells it', async () => {
  const worker = start({ limits: limitsOf(1), store: { ...store, addPixelFrames: away } });
  await submit('one');
  const render = await nthRender(worker, 1);
  render.job.form.compose(facts);
  render.finish();
  await inState('one', 'SUCCEEDED');
  expect(worker.events.log).toContain('error cannot count a task for the limit of the day (one)');
});
