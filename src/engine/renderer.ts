import type { Renderer, RenderHooks, RenderResult } from '../task/ports/renderer.js';
import { makeOutputs } from './outputs/make-outputs.js';
import { orBySoftware } from './outputs/or-by-software.js';
import { createPreviewReader } from './outputs/preview.js';
import { createRecorder } from './process/recorder.js';
import { createProgressMeter } from './progress-meter.js';
import { asRenderError } from './render-failure.js';
import type { Scratch } from './scratch.js';
import { withScratch } from './with-scratch.js';
import { logOf, nameOf, SECTION_THREADS, type Attempt } from './attempt.js';
import { preparePictures, reuseIn } from './prepare-pictures.js';
import { prepareSound } from './prepare-sound.js';
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
  const { known, tools } = prepared;
  const sound = await prepareSound(prepared, attempt);
  const { onPreview } = hooks;
  const previews = onPreview ? createPreviewReader({ scratch, onPreview }) : null;
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
    makeOutputs(sound.compositions, job.outputs, { ...context, ...way }),
  ).finally(() => previews?.close());
  return { outputs: made.outputs, warnings: [...prepared.warnings, ...sound.warnings, ...made.warnings] };
}
