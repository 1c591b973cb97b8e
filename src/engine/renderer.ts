import type { Composition } from '../composition/composition.js';
import type { Renderer, RenderHooks, RenderResult } from '../task/ports/renderer.js';
import { masterLoudness, type Mastered } from './audio/master-loudness.js';
import { AUDIO_STEPS_AT_ONCE, performAudioStep } from './inputs/perform-audio-step.js';
import { planAudio } from './inputs/plan-audio.js';
import { makeOutputs } from './outputs/make-outputs.js';
import { orBySoftware } from './outputs/or-by-software.js';
import { createPreviewReader } from './outputs/preview.js';
import { createRecorder } from './process/recorder.js';
import { createProgressMeter } from './progress-meter.js';
import { asRenderError, mayPass } from './render-failure.js';
import type { Scratch } from './scratch.js';
import { inSpan } from './steps/in-span.js';
import { runSteps } from './steps/run-steps.js';
import { withScratch } from './with-scratch.js';
import { logOf, nameOf, SECTION_THREADS, type Attempt } from './attempt.js';
import { preparePictures, reuseIn, type PreparedPictures } from './prepare-pictures.js';
import type { RendererOptions } from './renderer-options.js';

/** A renderer that runs ffmpeg on this machine: it reads a form's inputs, then makes an output of each composition. */
export function createRenderer(given: RendererOptions): Renderer {
  return {
    async render(job, hooks) {
      const options = given.log ? { ...given, log: logOf(job, given.log) } : given;
      const recorder = createRecorder();
      const meter = createProgressMeter(hooks.onProgress);
      try {
        return await withScratch(options, nameOf(job), (scratch) =>
          renderIn(scratch, { options, job, hooks, recorder, meter }),
        );
      } catch (error) {
        hooks.signal.throwIfAborted();
        throw asRenderError(error);
      } finally {
        meter.ended();
        hooks.onDiagnostics({ ffmpegVersion: options.toolchain.version, commands: recorder.runs() });
      }
    },
  };
}

async function renderIn(scratch: Scratch, attempt: Attempt & { readonly hooks: RenderHooks }): Promise<RenderResult> {
  const { options, job, hooks, meter } = attempt;
  const { signal } = hooks;
  const prepared = await preparePictures(scratch, attempt);
  const { compositions, known, tools } = prepared;
  await prepareSound(compositions, prepared, attempt);
  const mastered: Mastered[] = [];
  for (const composition of compositions) mastered.push(await masterLoudness(tools, composition, known));
  const { onPreview } = hooks;
  const previews = onPreview ? createPreviewReader({ scratch, onPreview }) : null;
  const videos = mastered.map(({ composition }) => composition);
  const context = {
    ...options,
    store: options.outputs,
    job,
    scratch,
    tools,
    media: known,
    reuse: reuseIn(scratch, attempt),
    sectionThreads: SECTION_THREADS,
    meter,
    helpers: hooks.helpers ?? null,
    previews,
    signal,
    ...(hooks.span && { span: hooks.span }),
  };
  const made = await orBySoftware(job.outputs, options, signal, (way) =>
    makeOutputs(videos, job.outputs, { ...context, ...way }),
  ).finally(() => previews?.close());
  const warned = mastered.flatMap((one) => one.warnings);
  return { outputs: made.outputs, warnings: [...prepared.warnings, ...warned, ...made.warnings] };
}

/** Decodes the audio of compositions as far as they use it. */
async function prepareSound(
  compositions: readonly Composition[],
  { tools, known }: PreparedPictures,
  { hooks, meter }: Attempt,
): Promise<void> {
  const steps = planAudio(compositions, (uri) => known.audios.has(uri));
  meter.planned(steps);
  await runSteps(steps, {
    atOnce: () => AUDIO_STEPS_AT_ONCE,
    perform: inSpan(hooks, (step, stop) => performAudioStep(step, { tools: { ...tools, signal: stop }, known })),
    mayPass,
    onDone: meter.done,
    signal: hooks.signal,
  });
}
