import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SAMPLE_RATE } from '../../composition/composition.js';
import { graphOption } from '../command-line.js';
import type { GraphInput } from '../compositor/render-plan.js';
import { runTool, type ToolContext } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';

export interface AudioGraph {
  /** Names the file of the graph; no two graphs that run at one time have the same. */
  readonly name: string;
  readonly inputs: readonly GraphInput[];
  readonly chains: readonly string[];
  /** The end of the graph, the options of its output, and the output. */
  readonly output: readonly string[];
  /** Length of the output. */
  readonly samples: number;
}

/** Runs a graph that has sound alone. @returns the end of ffmpeg's standard error. @throws RenderError as `runTool`, or RENDER_FAILED. */
export async function runAudioGraph(
  tools: ToolContext,
  { name, inputs, chains, output, samples }: AudioGraph,
): Promise<string> {
  const graph = chains.join(';\n');
  const graphFile = `${name}.graph`;
  await writeFile(path.join(tools.cwd, graphFile), graph);
  const args = [
    ...['-nostdin', '-hide_banner', '-nostats', '-y', '-v', 'info'],
    ...['-stats_period', '0.2', '-progress', 'pipe:3'],
    ...inputs.flatMap(({ file, options }) => [...options, '-i', `file:${file}`]),
    ...[graphOption(tools.toolchain.majorVersion), graphFile, ...output],
  ];
  const result = await runTool(tools, 'ffmpeg', args, {
    graph,
    // It has nobody to tell, but ffmpeg 9 ends where descriptor 3 takes no bytes.
    onProgress: () => undefined,
    planned: { endUs: Math.round((samples * 1e6) / SAMPLE_RATE), frameUs: 1e6 },
  });
  if (result.exitCode !== 0) throw renderFailed(result);
  return result.stderrTail;
}
