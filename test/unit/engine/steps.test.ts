import { describe, expect, it } from 'vitest';
import { montageForm } from '../../../src/composition/montage/montage-form.js';
import { planAudio } from '../../../src/engine/inputs/plan-audio.js';
import { planInputs } from '../../../src/engine/inputs/plan-inputs.js';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';
import { planPasses } from '../../../src/engine/outputs/plan-passes.js';
import { planOutputs } from '../../../src/engine/outputs/plan-outputs.js';
import { runSteps, type RunStepsOptions } from '../../../src/engine/steps/run-steps.js';
import { describeSteps, type Step } from '../../../src/engine/steps/step.js';
import { factsFor, montageOf } from '../../support/montage.js';

const asset = (uri: string) => ({ uri, field: uri });

describe('planInputs', () => {
  it('fetches each file once and reads it once for each role, audio first', () => {
    const montage = montageOf(0, {
      materials: [asset('a'), asset('b'), asset('a')],
      narration: { asset: asset('a'), gainDb: 0 },
      music: { asset: asset('m'), gainDb: 0, fadeOutUs: 0 },
    });
    expect(describeSteps(planInputs(montageForm(montage)))).toBe(
      [
        'fetch 0',
        'fetch 1',
        'fetch 2',
        'sniff 0 after fetch 0',
        'prepare-audio 0 after sniff 0',
        'sniff 1 after fetch 2',
        'prepare-audio 1 after sniff 1',
        'sniff 2 after fetch 0',
        'probe 2 after sniff 2',
        'sniff 3 after fetch 1',
        'probe 3 after sniff 3',
      ].join('\n'),
    );
  });

  it('measures a file that is narration and music', () => {
    const montage = montageOf(1, {
      narration: { asset: asset('n'), gainDb: 0 },
      music: { asset: asset('n'), gainDb: 0, fadeOutUs: 0 },
    });
    const audio = planInputs(montageForm(montage)).filter((step) => step.kind === 'prepare-audio');
    expect(audio).toMatchObject([{ use: { measured: true } }]);
  });
});

describe('planAudio', () => {
  it('prepares each file once, as far as its longest clip reaches, unless it is prepared', () => {
    const montage = montageOf(1, {
      narration: { asset: asset('n'), gainDb: 0 },
      music: { asset: asset('m'), gainDb: 0, fadeOutUs: 0 },
      variants: 2,
    });
    const { compositions } = montageForm(montage).compose(
      factsFor(montage, [{ kind: 'image' }], { narration: { durationUs: 2_000_000 } }),
    );
    expect(compositions).toHaveLength(2);
    const steps = planAudio(compositions, (uri) => uri === 'n');
    expect(steps).toMatchObject([
      { kind: 'prepare-audio', asset: { uri: 'm' }, neededSamples: 96_000, after: [] },
      { kind: 'repeat-audio', asset: { uri: 'm' }, after: ['prepare-audio 1'] },
    ]);
    expect(planAudio(compositions, () => false)).toMatchObject([
      { kind: 'prepare-audio', asset: { uri: 'n' } },
      { kind: 'prepare-audio', asset: { uri: 'm' } },
      { kind: 'repeat-audio', asset: { uri: 'm' } },
    ]);
    // What was measured may be too short to begin again at its end, too.
    expect(planAudio(compositions, () => true)).toMatchObject([
      { kind: 'repeat-audio', asset: { uri: 'm' }, after: [] },
    ]);
  });
});

describe('planOutputs', () => {
  it('publishes only when every output is verified', () => {
    const montage = montageOf(1, { variants: 2 });
    const facts = factsFor(montage, [{ kind: 'image' }]);
    const { compositions } = montageForm(montage).compose(facts);
    const { passes, outputs } = planPasses(compositions, DEFAULT_OUTPUTS, () => true);
    expect(describeSteps(planOutputs(passes, outputs))).toBe(
      [
        'render 0',
        'render 1',
        'verify 0 after render 0',
        'verify 1 after render 1',
        'publish 0 after verify 0, verify 1',
        'publish 1 after verify 0, verify 1',
      ].join('\n'),
    );
  });
});

describe('runSteps', () => {
  const step = (id: string, after: string[] = [], changes: Partial<Step> = {}): Step => {
    return { id, kind: 'k', after, phase: 'RENDERING', frames: 0, tries: 1, ...changes };
  };
  const run = (steps: readonly Step[], options: Partial<RunStepsOptions<Step>>) =>
    runSteps(steps, {
      atOnce: () => 2,
      perform: () => Promise.resolve(),
      mayPass: () => false,
      signal: new AbortController().signal,
      ...options,
    });
  /** Never resolves by itself. */
  const untilAborted = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      const onAbort = () => {
        reject(new Error('aborted'));
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort);
    });

  it('runs a step when the steps before it are done, and no more of a kind than allowed', async () => {
    const log: string[] = [];
    let running = 0;
    let most = 0;
    await run([step('c', ['a', 'b']), step('a'), step('b'), step('d')], {
      perform: async ({ id }) => {
        most = Math.max(most, (running += 1));
        await Promise.resolve();
        log.push(id);
        running -= 1;
      },
    });
    expect([...log].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(log.indexOf('c')).toBeGreaterThan(Math.max(log.indexOf('a'), log.indexOf('b')));
    expect(most).toBe(2);
  });

  it('aborts the others after the first error, and throws it once they have ended', async () => {
    const ended: string[] = [];
    const perform = async ({ id }: Step, signal: AbortSignal) => {
      if (id === 'bad') throw new Error('the first');
      await untilAborted(signal).finally(() => ended.push(id));
    };
    await expect(run([step('slow'), step('bad'), step('next', ['bad'])], { perform })).rejects.toThrow('the first');
    expect(ended).toEqual(['slow']);
  });

  it('continues after an error that is handled, without the steps that depend on the failed one', async () => {
    const done: string[] = [];
    const errors: string[] = [];
    await run([step('bad'), step('needs it', ['bad']), step('good')], {
      perform: ({ id }) => (id === 'bad' ? Promise.reject(new Error('x')) : Promise.resolve()),
      onDone: ({ id }) => done.push(id),
      onError: ({ id }) => errors.push(id),
    });
    expect([done, errors]).toEqual([['good'], ['bad']]);
  });

  it('throws an error that is not handled', async () => {
    const perform = ({ id }: Step, signal: AbortSignal) =>
      id === 'bad' ? Promise.reject(new Error('ours')) : untilAborted(signal);
    const onError = (_: Step, error: unknown) => {
      throw error;
    };
    await expect(run([step('slow'), step('bad')], { perform, onError })).rejects.toThrow('ours');
  });

  it('repeats one step alone while its error is transient', async () => {
    const tries: string[] = [];
    const perform = ({ id }: Step) => {
      tries.push(id);
      return tries.length === 2 ? Promise.reject(new Error('passing')) : Promise.resolve();
    };
    await run([step('a'), step('b', ['a'], { tries: 2 })], { perform, mayPass: () => true });
    expect(tries).toEqual(['a', 'b', 'b']);
    const failing = () => Promise.reject(new Error('lasting'));
    await expect(run([step('a', [], { tries: 2 })], { perform: failing, mayPass: () => false })).rejects.toThrow();
  });

  it('stops when its signal is aborted', async () => {
    const stop = new AbortController();
    const perform = (_: Step, signal: AbortSignal) => {
      stop.abort(new Error('stopped'));
      return untilAborted(signal);
    };
    await expect(run([step('a'), step('b', ['a'])], { perform, signal: stop.signal })).rejects.toThrow('stopped');
  });
});
