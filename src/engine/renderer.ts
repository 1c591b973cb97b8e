import { writeFile } from 'node:fs/promises';
import type { Composition } from '../composition/composition.js';
import { expandMontage } from '../composition/expand-montage.js';
import type { Warning } from '../composition/warning.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import type { OutputStore } from '../task/ports/output-store.js';
import type { Renderer, RenderHooks, RenderJob, RenderResult } from '../task/ports/renderer.js';
import type { Toolchain } from './capabilities.js';
import type { Fonts } from './captions/fonts.js';
import { missingGlyphs } from './captions/missing-glyphs.js';
import { renderArguments } from './command-line.js';
import { planRender } from './graph/filter-graph.js';
import { CAPTIONS_FILE, type KnownMedia, type RenderPlan } from './graph/render-plan.js';
import { fetchInputs } from './inputs/fetch-inputs.js';
import { probeInputs } from './inputs/probe-inputs.js';
import { readCues } from './inputs/read-cues.js';
import { requirePresent } from './inputs/require-present.js';
import { runTool, type ToolContext } from './process/run-tool.js';
import type { Clocks } from './process/watchdog.js';
import { createProgressMeter, type ProgressMeter } from './progress-meter.js';
import { asRenderError, renderFailed } from './render-failure.js';
import { createScratch, type Scratch } from './scratch.js';
import { verifyOutput } from './verify/verify.js';

/** Takes what is worth keeping about a render: paths and command lines of the server are in it. A pino logger is one. */
export interface RenderLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

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

const OUTPUT_NAME = 'final-1.mp4';
const GRAPH_FILE = 'graph.txt';

/** A renderer that runs ffmpeg on this machine: fetch, probe, render by one command, verify, publish. */
export function createRenderer(options: RendererOptions): Renderer {
  return {
    async render(job, hooks) {
      const meter = createProgressMeter(hooks.onProgress);
      meter.enter('FETCHING');
      try {
        return await withScratch(options, job, (scratch) => renderIn(scratch, options, job, hooks, meter));
      } catch (error) {
        hooks.signal.throwIfAborted();
        throw asRenderError(error);
      }
    },
  };
}

async function withScratch<T>(options: RendererOptions, job: RenderJob, work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const scratch = await createScratch(options.scratchRoot, job);
  try {
    return await work(scratch);
  } finally {
    // What a render did must not be undone by a file that cannot be removed; the sweep at start-up takes it.
    await scratch.remove().catch((error: unknown) => options.log?.warn({ err: error, taskId: job.key.id }, 'scratch folder not removed'));
  }
}

async function renderIn(scratch: Scratch, options: RendererOptions, job: RenderJob, hooks: RenderHooks, meter: ProgressMeter): Promise<RenderResult> {
  const { spec } = job;
  const context: ToolContext = {
    toolchain: options.toolchain,
    cwd: scratch.folder,
    env: options.fonts.env,
    clocks: options.clocks,
    deadlineMs: performance.now() + options.clocks.totalMs,
    signal: hooks.signal,
  };
  const onStep = (done: number, total: number) => { meter.step(done, total); };
  const files = await fetchInputs(spec, options.assets, scratch, { signal: hooks.signal, onStep });

  meter.enter('PROBING');
  const cues = await readCues(spec, files, scratch);
  const media = await probeInputs(spec, files, context, onStep);
  const { composition, warnings } = expand(job, media, cues);
  requirePresent(composition, media);

  meter.planned(composition.frames);
  meter.enter('RENDERING');
  const plan = planRender(composition, media);
  const stderr = await runRender(plan, composition, context, scratch, meter, job, options.log);

  meter.enter('FINALIZING');
  const verified = await verifyOutput(context, OUTPUT_NAME, composition);

  meter.enter('UPLOADING');
  hooks.signal.throwIfAborted();
  const name = { key: job.key, fence: job.fence, attemptId: job.attemptId, file: OUTPUT_NAME };
  const location = await options.outputs.publish(scratch.path(OUTPUT_NAME), name);
  return {
    outputs: [{ ...verified, key: OUTPUT_NAME, location }],
    warnings: [...media.warnings, ...warnings, ...missingGlyphs(stderr, 'spec.montage.subtitles')],
  };
}

function expand({ spec }: RenderJob, media: KnownMedia, cues: Parameters<typeof expandMontage>[1]['cues']): { composition: Composition; warnings: readonly Warning[] } {
  const materials = spec.materials.flatMap(({ uri }) => media.visuals.get(uri)?.details.facts ?? []);
  const factsOf = (part: { readonly asset: { readonly uri: string } } | null) => (part ? (media.audios.get(part.asset.uri)?.details.facts ?? null) : null);
  return expandMontage(spec, { materials, narration: factsOf(spec.narration), music: factsOf(spec.music), cues });
}

/** @returns the end of what ffmpeg wrote to standard error. */
async function runRender(
  plan: RenderPlan, composition: Composition, context: ToolContext, scratch: Scratch, meter: ProgressMeter, job: RenderJob, log: RenderLog | undefined,
): Promise<string> {
  await writeFile(scratch.path(GRAPH_FILE), plan.graph);
  if (plan.captions !== null) await writeFile(scratch.path(CAPTIONS_FILE), plan.captions);
  const args = renderArguments({
    inputs: plan.inputs, graphFile: GRAPH_FILE, outputFile: OUTPUT_NAME, frameRate: composition.frameRate, majorVersion: context.toolchain.majorVersion,
  });
  const result = await runTool(context, 'ffmpeg', args, { onProgress: (block) => { meter.rendered(block); } });
  const { exitCode, signal, peakRssBytes, cpuMs, stderrTail } = result;
  const fields = { taskId: job.key.id, exitCode, signal, peakRssBytes, cpuMs, args, graph: plan.graph, stderr: stderrTail };
  if (exitCode !== 0) {
    log?.warn(fields, 'ffmpeg failed');
    throw renderFailed(result);
  }
  log?.debug(fields, 'ffmpeg ended');
  return stderrTail;
}
