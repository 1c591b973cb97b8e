import { writeFile } from 'node:fs/promises';
import type { CaptionLayer } from '../../composition/composition.js';
import type { Warning } from '../../composition/warning.js';
import type { CaptionFonts } from '../captions/caption-canvas.js';
import { renderArguments } from '../command-line.js';
import { planRender } from '../compositor/plan-render.js';
import type { KnownMedia } from '../compositor/render-plan.js';
import type { ProgressBlock } from '../process/progress.js';
import { runTool, type ToolContext } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';
import type { RenderLog } from '../render-log.js';
import type { Scratch } from '../scratch.js';
import { createDamageCounter, judgeDamage } from './damage.js';
import type { PlannedOutput } from './plan-outputs.js';

const GRAPH_FILE = 'graph.txt';

export interface RenderContext {
  readonly scratch: Scratch;
  readonly tools: ToolContext;
  readonly media: KnownMedia;
  readonly fonts: (layer: CaptionLayer) => CaptionFonts;
  readonly onProgress: (block: ProgressBlock) => void;
  /** Fields that name the task in the log. */
  readonly logFields: object;
  readonly log?: RenderLog;
}

export interface RenderedOutput {
  /** The end of ffmpeg's standard error. */
  readonly stderr: string;
  readonly warnings: readonly Warning[];
}

/** Renders an output by one command of ffmpeg. @throws RenderError as `runTool` and `judgeDamage`, or RENDER_FAILED. */
export async function renderOutput(output: PlannedOutput, context: RenderContext): Promise<RenderedOutput> {
  const { composition, profile, files } = output;
  const { scratch, tools, media, fonts, onProgress, log } = context;
  const plan = planRender(composition, { media, fonts, finish: profile.finish });
  await writeFile(scratch.path(GRAPH_FILE), plan.graph);
  for (const { name, text } of plan.files) await writeFile(scratch.path(name), text);
  const args = renderArguments({
    inputs: plan.inputs,
    graphFile: GRAPH_FILE,
    outputFile: files[0],
    encodingOptions: profile.encodingOptions(composition),
    majorVersion: tools.toolchain.majorVersion,
  });
  const damage = createDamageCounter(plan.inputs);
  const result = await runTool(tools, 'ffmpeg', args, { graph: plan.graph, onProgress, onStderr: damage.push });
  const { exitCode, signal, peakRssBytes, cpuMs, stderrTail: stderr } = result;
  const fields = { ...context.logFields, exitCode, signal, peakRssBytes, cpuMs, args, graph: plan.graph, stderr };
  if (exitCode !== 0) {
    log?.warn(fields, 'ffmpeg failed');
    throw renderFailed(result);
  }
  log?.debug(fields, 'ffmpeg ended');
  return { stderr, warnings: judgeDamage(plan.inputs, damage.counts) };
}
