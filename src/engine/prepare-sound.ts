import type { Composition } from '../composition/composition.js';
import type { Warning } from '../composition/warning.js';
import type { Attempt } from './attempt.js';
import { joinLane } from './audio/join-lane.js';
import { masterLoudness } from './audio/master-loudness.js';
import { planLanes } from './audio/plan-lanes.js';
import { AUDIO_STEPS_AT_ONCE, performAudioStep } from './inputs/perform-audio-step.js';
import { planAudio } from './inputs/plan-audio.js';
import type { PreparedPictures } from './prepare-pictures.js';
import type { ToolContext } from './process/run-tool.js';
import { mayPass } from './render-failure.js';
import { inSpan } from './steps/in-span.js';
import { runSteps } from './steps/run-steps.js';
import type { Step } from './steps/step.js';

/** Compositions whose sound is ready to be mixed. */
export interface PreparedSound {
  readonly compositions: readonly Composition[];
  readonly warnings: readonly Warning[];
}

/** Decodes the audio of compositions as far as they use it, joins it where it has many pieces, and decides the gain of their mixes. @throws RenderError. */
export async function prepareSound(
  { compositions, tools, known }: Pick<PreparedPictures, 'compositions' | 'tools' | 'known'>,
  attempt: Attempt,
): Promise<PreparedSound> {
  const decoding = planAudio(compositions, (uri) => known.audios.has(uri));
  await runAll(decoding, attempt, (step, signal) => performAudioStep(step, { tools: { ...tools, signal }, known }));
  const lanes = planLanes(compositions);
  await runAll(lanes.steps, attempt, (step, signal) => joinLane(step, { ...tools, signal }, known));
  for (const [uri, file] of lanes.files) known.audios.set(uri, { file });
  const mastered = [];
  for (const composition of lanes.compositions) mastered.push(await masterLoudness(tools, composition, known));
  return {
    compositions: mastered.map(({ composition }) => composition),
    warnings: [...known.audioDamage.values(), ...mastered.flatMap(({ warnings }) => warnings)],
  };
}

async function runAll<S extends Step>(
  steps: readonly S[],
  { hooks, meter }: Attempt,
  perform: (step: S, signal: ToolContext['signal']) => Promise<void>,
): Promise<void> {
  meter.planned(steps);
  await runSteps(steps, {
    atOnce: () => AUDIO_STEPS_AT_ONCE,
    perform: inSpan(hooks, perform),
    mayPass,
    onDone: meter.done,
    signal: hooks.signal,
  });
}
