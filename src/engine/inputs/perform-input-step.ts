import { probeAudio, probeVisual } from '../probe/probe.js';
import type { ToolContext } from '../process/run-tool.js';
import { fetchInput, type FetchContext } from './fetch-input.js';
import type { KnownInputs } from './known-inputs.js';
import type { InputStep } from './plan-inputs.js';
import { readSubtitles } from './read-subtitles.js';

/** What input steps work with. */
export interface InputContext extends FetchContext {
  readonly tools: ToolContext;
  /** Takes the results. */
  readonly known: KnownInputs;
}

/** How many steps of a kind run at once: fetches mostly wait for another machine, probes for a process to start. */
const AT_ONCE = { fetch: 4, probe: 3, 'read-text': 1 } as const;

export function inputStepsAtOnce(kind: InputStep['kind']): number {
  return AT_ONCE[kind];
}

/** Does a step's work. @throws RenderError with the field at fault. */
export async function performInputStep(step: InputStep, context: InputContext, signal: AbortSignal): Promise<void> {
  const { scratch, known } = context;
  const tools = { ...context.tools, signal };
  switch (step.kind) {
    case 'fetch':
      known.files.set(step.asset.uri, await fetchInput(step.asset, context, signal));
      return;
    case 'probe': {
      const { use } = step;
      const { uri, field } = use.asset;
      const target = { file: known.files.get(uri) ?? '', field };
      if (use.role === 'visual') {
        known.visuals.set(uri, { file: target.file, details: await probeVisual(tools, target, use.untilUs) });
      } else {
        const details = await probeAudio(tools, target, use.measured ? 'measure' : 'check');
        known.audios.set(uri, { file: target.file, details });
      }
      return;
    }
    case 'read-text': {
      const { uri, field } = step.asset;
      known.subtitles.set(uri, await readSubtitles(scratch.path(known.files.get(uri) ?? ''), field));
      return;
    }
  }
}
