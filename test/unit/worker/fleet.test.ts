import { expect, it } from 'vitest';
import { cancelled } from '../../../src/task/lifecycle.js';
import { type Assistant, type AssistStep, StepDeclinedError } from '../../../src/task/ports/assistant.js';
import { eventually } from '../../support/eventually.js';
import { read, startPool, store, submit } from './worker-harness.js';

function assistantWith(step: AssistStep): Assistant {
  return { atOnce: 1, assist: (_job, _signal, work) => work(step) };
}

/** A worker at a task, which has offered two steps of it. */
async function startOwner() {
  const assistant = assistantWith(() => Promise.resolve(0));
  const { renderer, events } = startPool('owner', { assistant });
  await submit('a');
  const render = await eventually('it renders', () => renderer.renders[0]);
  const heard: string[] = [];
  const helpers = render.hooks.helpers!;
  helpers.listen({
    onTaken: (step) => heard.push(`${step} taken`),
    onFrames: () => undefined,
    onDone: (step, worker) => heard.push(`${step} by ${worker}`),
    onReturned: (step) => heard.push(`${step} returned`),
  });
  helpers.offer(['s1', 's2'].map((step) => ({ step, hash: `hash of ${step}` })));
  return { render, events, helpers, heard };
}

const attempt = { task: { tenant: 'default', id: 'a' }, fence: 1 };
const records = () => store.steps!.ofAttempt(attempt);

it('a worker with a free slot does the steps of another, which hears of it', async () => {
  const { render, heard } = await startOwner();
  const { events } = startPool('helper', { assistant: assistantWith(({ hash }) => Promise.resolve(hash.length)) });
  await eventually('both are done', () => heard.filter((line) => line.endsWith('by helper')).length === 2);
  await eventually('it says so', () => events.log.filter((line) => line.startsWith('helped a')).length === 2);
  render.finish();
  await eventually('the records are gone', async () => (await records()).length === 0);
});

it('a cancel ends the help, and leaves no record', async () => {
  const { heard } = await startOwner();
  let aborted = 0;
  startPool('helper', {
    assistant: assistantWith(
      (_step, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted += 1;
            reject(new Error('aborted'));
          });
        }),
    ),
  });
  await eventually('it is at a step', () => heard.some((line) => line.endsWith('taken')));
  const task = await read('a');
  await store.replace(task, cancelled(task, Date.now()), { leaseMs: null });
  await eventually('it stops', () => aborted === 1);
  await eventually('the records are gone', async () => (await records()).length === 0);
});

it('a worker that comes to another result gives the step back, says so, and takes none of this task again', async () => {
  const { heard, render } = await startOwner();
  const { events } = startPool('helper', {
    assistant: assistantWith(() => Promise.reject(new StepDeclinedError('another ffmpeg'))),
  });
  await eventually('it says so', () => events.log.includes('declined a: another ffmpeg'));
  await eventually('the owner has it', () => heard.some((line) => line.endsWith('returned')));
  expect((await records()).map(({ state }) => state)).toEqual(['OPEN']);
  render.finish();
});

it('a step of a worker that died is the owner’s when its lease ends', async () => {
  const { heard } = await startOwner();
  const step = { ...attempt, step: 's1', by: 'owner', hash: 'hash of s1' };
  await eventually('it is offered', async () => (await records()).length === 2);
  expect(await store.steps!.claim({ ...step, worker: 'dead', claimId: 'c' }, { leaseMs: 50 })).toBe(true);
  await eventually('it is back', () => heard.includes('s1 returned'));
});
