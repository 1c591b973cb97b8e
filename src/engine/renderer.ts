import type { Composition } from '../composition/composition.js';
import type { Warning } from '../composition/warning.js';
import type { ArtifactStore } from '../task/ports/artifact-store.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import type { OutputStore } from '../task/ports/output-store.js';
import type { Renderer, RenderHooks, RenderJob, RenderResult } from '../task/ports/renderer.js';
import { masterLoudness, type Mastered } from './audio/master-loudness.js';
import type { Toolchain } from './toolchain.js';
import type { Fonts } from './captions/fonts.js';
import { DRAW_STEPS_AT_ONCE, performDrawStep } from './draw/perform-draw-step.js';
import { planDrawings } from './draw/plan-drawings.js';
import { createImageBatches } from './images/image-batches.js';
import { inputWarnings } from './inputs/input-warnings.js';
import { createKnownInputs, factsOf, type KnownInputs } from './inputs/known-inputs.js';
import { AUDIO_STEPS_AT_ONCE, performAudioStep } from './inputs/perform-audio-step.js';
import { inputStepsAtOnce, performInputStep } from './inputs/perform-input-step.js';
import { planAudio } from './inputs/plan-audio.js';
import { planInputs } from './inputs/plan-inputs.js';
import { requirePresent } from './inputs/require-present.js';
import { mergeWarnings } from './outputs/merge-warnings.js';
import { makeOutputs } from './outputs/make-outputs.js';
import { createPreviewReader } from './outputs/preview.js';
import { createRecorder, type Recorder } from './process/recorder.js';
import type { ToolContext } from './process/run-tool.js';
import type { Clocks } from './process/watchdog.js';
import { createProgressMeter, type ProgressMeter } from './progress-meter.js';
import { asRenderError, mayPass } from './render-failure.js';
import type { RenderLog } from './render-log.js';
import { createReuse } from './reuse/reuse.js';
import { requireEncoders } from './require-encoders.js';
import { requireMemory } from './require-memory.js';
import type { Scratch } from './scratch.js';
import { inSpan } from './steps/in-span.js';
import { runSteps } from './steps/run-steps.js';
import type { Seats } from './steps/seats.js';
import { withScratch } from './with-scratch.js';

export interface RendererOptions {
  readonly toolchain: Toolchain;
  readonly fonts: Fonts;
  readonly assets: AssetSource;
  readonly outputs: OutputStore;
  /** Results of earlier steps; null: every step is done anew. */
  readonly artifacts: ArtifactStore | null;
  /** A folder of this process alone, with room for a finished video per render. */
  readonly scratchRoot: string;
  /** `totalMs` is for a whole attempt; the others for each of its processes. */
  readonly clocks: Clocks;
  /** Shared by all attempts of the process. */
  readonly seats: Seats;
  readonly log?: RenderLog;
}

/** Sections run side by side, which keeps the cores busy; with one thread each, the last one would leave a core idle (30 s at 1080p on 2 cores: 1.16 against 1.06 times one ffmpeg). */
const SECTION_THREADS = 2;

/** How long the inputs together may take to be fetched, unless a task says otherwise; `task.proto` says so. */
const FETCH_TIMEOUT_MS = 300_000;

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

/** Each line with the ids by which the log of the service names the attempt. */
function logOf({ key, attempt, trace }: RenderJob, log: RenderLog): RenderLog {
  const ids = { task: `tasks/${key.id}`, attempt, ...trace };
  return {
    debug: (fields, message) => {
      log.debug({ ...ids, ...fields }, message);
    },
    warn: (fields, message) => {
      log.warn({ ...ids, ...fields }, message);
    },
  };
}

function nameOf({ key, fence, attemptId }: RenderJob): string {
  return `${key.id}-${fence}-${attemptId}`;
}

/** One attempt under way. */
interface Attempt {
  readonly options: RendererOptions;
  readonly job: RenderJob;
  readonly hooks: RenderHooks;
  readonly recorder: Recorder;
  readonly meter: ProgressMeter;
}

async function renderIn(scratch: Scratch, attempt: Attempt): Promise<RenderResult> {
  const { options, job, hooks, meter } = attempt;
  const { form } = job;
  const { signal } = hooks;
  requireEncoders(job.outputs, options.toolchain);
  const tools = toolContext(scratch, attempt);

  const known = createKnownInputs();
  const fetchUntilMs = performance.now() + (job.timeouts.fetchMs ?? FETCH_TIMEOUT_MS);
  const images = createImageBatches();
  const context = { scratch, assets: options.assets, tools, fetchUntilMs, images, known, purpose: 'RENDER' } as const;
  const steps = planInputs(form);
  meter.planned(steps);
  await runSteps(steps, {
    atOnce: inputStepsAtOnce,
    perform: inSpan(hooks, (step, stop) => performInputStep(step, context, stop)),
    mayPass,
    onDone: meter.done,
    signal,
  });

  const { compositions, warnings } = form.compose(factsOf(known));
  const drawn = await drawPictures(compositions, { tools, known, attempt });
  for (const composition of compositions) {
    requirePresent(composition, known);
    requireMemory(composition, known, tools.clocks.maxRssBytes);
  }
  await prepareSound(compositions, { tools, known, attempt });
  const mastered: Mastered[] = [];
  for (const composition of compositions) mastered.push(await masterLoudness(tools, composition, known));
  const { fonts, outputs: store, artifacts, log } = options;
  const reuse = createReuse({
    store: artifacts,
    tenant: job.key.tenant,
    mode: job.cache,
    scratch,
    ...(log ? { log } : {}),
  });
  const { onPreview } = hooks;
  const previews = onPreview ? createPreviewReader({ scratch, onPreview }) : null;
  const made = await makeOutputs(
    mastered.map(({ composition }) => composition),
    job.outputs,
    {
      ...options,
      fonts,
      store,
      job,
      scratch,
      tools,
      media: known,
      reuse,
      sectionThreads: SECTION_THREADS,
      meter,
      previews,
      signal,
      ...(hooks.span && { span: hooks.span }),
    },
  ).finally(() => previews?.close());
  const before = [...inputWarnings(form, known), ...warnings, ...drawn];
  const warned = mastered.flatMap((one) => one.warnings);
  return { outputs: made.outputs, warnings: [...before, ...warned, ...made.warnings] };
}

interface Preparation {
  readonly tools: ToolContext;
  readonly known: KnownInputs;
  readonly attempt: Attempt;
}

/** Draws the pictures of compositions, which are then known like those of inputs. @returns the warnings about them. */
async function drawPictures(
  compositions: readonly Composition[],
  { tools, known, attempt: { options, hooks, meter } }: Preparation,
): Promise<Warning[]> {
  const steps = planDrawings(compositions);
  const warnings: Warning[] = [];
  meter.planned(steps);
  await runSteps(steps, {
    atOnce: () => DRAW_STEPS_AT_ONCE,
    perform: inSpan(hooks, (step, stop) =>
      performDrawStep(step, {
        tools: { ...tools, signal: stop },
        fonts: options.fonts,
        visuals: known.visuals,
        onWarning: (warning) => warnings.push(warning),
      }),
    ),
    mayPass,
    onDone: meter.done,
    signal: hooks.signal,
  });
  return mergeWarnings(warnings);
}

/** Decodes the audio of compositions as far as they use it. */
async function prepareSound(
  compositions: readonly Composition[],
  { tools, known, attempt: { hooks, meter } }: Preparation,
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

/** A task's own limits stand in for the engine's. */
function toolContext(scratch: Scratch, { options, job, hooks, recorder }: Attempt): ToolContext {
  const { toolchain, fonts, clocks } = options;
  const { timeouts } = job;
  const totalMs = timeouts.totalMs ?? clocks.totalMs;
  const stallMs = timeouts.stallMs ?? clocks.stallMs;
  return {
    toolchain,
    cwd: scratch.folder,
    descriptorsIn: scratch.descriptorsIn,
    env: fonts.env,
    clocks: { ...clocks, totalMs, stallMs, quietMs: Math.min(clocks.quietMs, stallMs) },
    deadlineMs: performance.now() + totalMs,
    signal: hooks.signal,
    record: recorder.record,
  };
}
