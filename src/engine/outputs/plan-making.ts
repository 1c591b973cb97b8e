import type { Composition } from '../../composition/composition.js';
import type { OutputSpec } from '../../composition/output-spec.js';
import type { KnownMedia } from '../compositor/render-plan.js';
import { readCopySources } from '../copy/read-copy-sources.js';
import type { ToolContext } from '../process/run-tool.js';
import { planOutputs, type OutputStep } from './plan-outputs.js';
import { planPasses, type Pass, type PlannedOutput } from './plan-passes.js';
import { canCutWithin } from './plan-sections.js';
import type { StandIns } from './stand-ins.js';

/** The plan of all outputs; the same on every machine. */
export async function planMaking(
  compositions: readonly Composition[],
  specs: readonly OutputSpec[],
  { tools, media, standIns }: { readonly tools: ToolContext; readonly media: KnownMedia; readonly standIns: StandIns },
): Promise<{ passes: readonly Pass[]; outputs: readonly PlannedOutput[]; steps: readonly OutputStep[] }> {
  const copySources = await readCopySources(compositions, specs, { tools, media });
  const { passes, outputs } = planPasses(compositions, specs, canCutWithin(media), { copySources, standIns });
  return { passes, outputs, steps: planOutputs(passes, outputs) };
}
