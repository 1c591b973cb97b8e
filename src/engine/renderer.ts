import { writeFile } from 'node:fs/promises';
import type { Composition } from '../composition/composition.js';
import type { CommandRun } from '../task/diagnostics.js';
import type { Output } from '../task/task.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import type { OutputStore } from '../task/ports/output-store.js';
import type { Renderer, RenderHooks, RenderJob, RenderResult } from '../task/ports/renderer.js';
import type { Toolchain } from './capabilities.js';
import { chooseFonts } from './captions/choose-fonts.js';
import type { Fonts } from './captions/fonts.js';
import { missingGlyphs } from './captions/missing-glyphs.js';
import { renderArguments } from './command-line.js';
import { expand } from './expand.js';
import { planRender } from './graph/filter-graph.js';
import { CAPTIONS_FILE, type RenderPlan } from './graph/render-plan.js';
import { fetchInputs } from './inputs/fetch-inputs.js';
import { probeInputs } from './inputs/probe-inputs.js';
import { readCues } from './inputs/read-cues.js';
import { requirePresent } from './inputs/require-present.js';
import { runTool, type ToolContext } from './process/run-tool.js';
import type { Clocks } from './process/watchdog.js';
import { createProgressMeter, type ProgressMeter } from './progress-meter.js';
import type { RenderLog } from './render-log.js';
import { asRenderError, renderFailed } from './render-failure.js';
import { createRecorder } from './process/recorder.js';
import type { Scratch } from './scratch.js';
import { withScratch } from './with-scratch.js';
import { type VerifiedFile, verifyOutput } from './verify/verify.js';

export interface RendererOptions {
  readonly toolchain: Toolchain;
  readonly fonts: Fonts;
  readonly assets: AssetSource;
  readonly outputs: OutputStore;
  /** A folder of this process alone, with room for a finished video per render. */
  readonly scratchRoot: string;
  /** `totalMs` is for a whole attempt; the others for each of its processes. */
  readonly clocks: Clocks;
  readonly log?: RenderLog;
}

const GRAPH_FILE = 'graph.txt';
/** How long the inputs together may take to be fetched, unless a task says otherwise; `task.proto` says so. */
const FETCH_TIMEOUT_MS = 300_000;

/** A renderer that runs ffmpeg on this machine: fetch, probe, render each video by one command, verify, publish. */
export function createRenderer(options: RendererOptions): Renderer {
  return {
    async render(job, hooks) {
      const meter = createProgressMeter(hooks.onProgress);
      const recorder = createRecorder();
      meter.enter('FETCHING');
      try {
        return await withScratch(options, nameOf(job), (scratch) =>
          renderIn({ scratch, options, job, hooks, meter, record: recorder.record }),
        );
      } catch (error) {
        hooks.signal.throwIfAborted();
        throw asRenderError(error);
      } finally {
        hooks.onDiagnostics({ ffmpegVersion: options.toolchain.version, commands: recorder.runs() });
      }
    },
  };
}

function nameOf({ key, fence, attemptId }: RenderJob): string {
  return `${key.id}-${fence}-${attemptId}`;
}

/** One attempt under way. */
interface Attempt {
  readonly scratch: Scratch;
  readonly options: RendererOptions;
  readonly job: RenderJob;
  readonly hooks: RenderHooks;
  readonly meter: ProgressMeter;
  readonly record: (run: CommandRun) => void;
}

async function renderIn(attempt: Attempt): Promise<RenderResult> {
  const { scratch, options, job, hooks, meter } = attempt;
  const { spec } = job;
  const context = toolContext(attempt);
  const onStep = (done: number, total: number) => {
    meter.step(done, total);
  };
  const timeoutMs = job.timeouts.fetchMs ?? FETCH_TIMEOUT_MS;
  const files = await fetchInputs(spec, scratch, { assets: options.assets, signal: hooks.signal, timeoutMs, onStep });

  meter.enter('PROBING');
  const subtitles = await readCues(spec, files, scratch);
  const media = await probeInputs(spec, files, context, onStep);
  const { compositions, warnings } = expand(spec, media, subtitles?.cues ?? null);
  for (const composition of compositions) requirePresent(composition, media);
  const fonts = await chooseFonts(
    spec.subtitles ? { style: spec.subtitles.style, cues: subtitles?.cues ?? [], signal: hooks.signal } : null,
    options.fonts,
  );

  meter.planned(compositions.reduce((frames, composition) => frames + composition.frames, 0));
  meter.enter('RENDERING');
  let stderr = '';
  for (const [i, composition] of compositions.entries()) {
    meter.nextVideo();
    stderr = await runRender(
      planRender(composition, media, fonts),
      { composition, file: outputName(i) },
      context,
      attempt,
    );
  }

  meter.enter('FINALIZING');
  const verified: VerifiedFile[] = [];
  for (const [i, composition] of compositions.entries())
    verified.push(await verifyOutput(context, outputName(i), composition));

  meter.enter('UPLOADING');
  const outputs: Output[] = [];
  for (const [i, facts] of verified.entries()) outputs.push(await publish(facts, outputName(i), attempt));
  // Variants show the same text, so the last one's lack of glyphs is everyone's.
  return {
    outputs,
    warnings: [
      ...media.warnings,
      ...(subtitles?.warnings ?? []),
      ...warnings,
      ...missingGlyphs(stderr, 'spec.montage.subtitles'),
    ],
  };
}

function outputName(index: number): string {
  return `final-${index + 1}.mp4`;
}

async function publish(facts: VerifiedFile, file: string, { scratch, options, job, hooks }: Attempt): Promise<Output> {
  hooks.signal.throwIfAborted();
  const { key, fence, attemptId } = job;
  return {
    ...facts,
    key: file,
    location: await options.outputs.publish(scratch.path(file), { key, fence, attemptId, file }),
  };
}

/** A task's own limits stand in for the engine's. */
function toolContext({ scratch, options, job, hooks, record }: Attempt): ToolContext {
  const { toolchain, fonts, clocks } = options;
  const { timeouts } = job;
  const totalMs = timeouts.totalMs ?? clocks.totalMs;
  const stallMs = timeouts.stallMs ?? clocks.stallMs;
  return {
    toolchain,
    cwd: scratch.folder,
    env: fonts.env,
    clocks: { ...clocks, totalMs, stallMs, quietMs: Math.min(clocks.quietMs, stallMs) },
    deadlineMs: performance.now() + totalMs,
    signal: hooks.signal,
    record,
  };
}

/** @returns the end of what ffmpeg wrote to standard error. */
async function runRender(
  plan: RenderPlan,
  { composition, file }: { composition: Composition; file: string },
  context: ToolContext,
  { scratch, meter, job, options }: Attempt,
): Promise<string> {
  await writeFile(scratch.path(GRAPH_FILE), plan.graph);
  if (plan.captions !== null) await writeFile(scratch.path(CAPTIONS_FILE), plan.captions);
  const args = renderArguments({
    inputs: plan.inputs,
    graphFile: GRAPH_FILE,
    outputFile: file,
    frameRate: composition.frameRate,
    majorVersion: context.toolchain.majorVersion,
  });
  const result = await runTool(context, 'ffmpeg', args, {
    graph: plan.graph,
    onProgress: (block) => {
      meter.rendered(block);
    },
  });
  const { exitCode, signal, peakRssBytes, cpuMs, stderrTail } = result;
  const fields = {
    taskId: job.key.id,
    exitCode,
    signal,
    peakRssBytes,
    cpuMs,
    args,
    graph: plan.graph,
    stderr: stderrTail,
  };
  if (exitCode !== 0) {
    options.log?.warn(fields, 'ffmpeg failed');
    throw renderFailed(result);
  }
  options.log?.debug(fields, 'ffmpeg ended');
  return stderrTail;
}
