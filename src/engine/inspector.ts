import type { Form } from '../composition/form.js';
import type { Violation } from '../composition/violation.js';
import { RenderError } from '../task/failure.js';
import type { Gate } from '../task/gate.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import type { MediaInspector } from '../task/ports/media-inspector.js';
import type { Toolchain } from './toolchain.js';
import { createImageBatches } from './images/image-batches.js';
import { fetchInput } from './inputs/fetch-input.js';
import { createKnownInputs, factsOf } from './inputs/known-inputs.js';
import { inputStepsAtOnce, performInputStep, type InputContext } from './inputs/perform-input-step.js';
import { planInputs } from './inputs/plan-inputs.js';
import { requirePresent } from './inputs/require-present.js';
import { reportMedia } from './probe/report-media.js';
import type { ToolContext } from './process/run-tool.js';
import type { Clocks } from './process/watchdog.js';
import { asRenderError, mayPass } from './render-failure.js';
import { requireMemory } from './require-memory.js';
import type { Scratch } from './scratch.js';
import { runSteps } from './steps/run-steps.js';
import { withScratch } from './with-scratch.js';

export interface InspectorOptions {
  readonly toolchain: Toolchain;
  readonly assets: AssetSource;
  /** A folder of this process alone. */
  readonly scratchRoot: string;
  readonly clocks: Clocks;
  /** The most memory of each process of a render. */
  readonly renderMemoryBytes: number;
  /** Where the tools of all inspections wait for their turn. Default: they start at once. */
  readonly gate?: Gate;
  /** Names a scratch folder, differently each time. */
  readonly newName: () => string;
}

/** How long a caller waits for an inspection of inputs at most, fetching included. */
const INSPECTION_MS = 60_000;

/** Inspects inputs by the same code as a render, and so within the same guards. */
export function createInspector(options: InspectorOptions): MediaInspector {
  async function inspect<T>(signal: AbortSignal, work: (context: InputContext) => Promise<T>): Promise<T> {
    return withScratch(options, `inspect-${options.newName()}`, (scratch) => {
      const tools = toolContext(options, scratch, signal);
      const { assets } = options;
      return work({
        scratch,
        assets,
        tools,
        fetchUntilMs: tools.deadlineMs,
        images: createImageBatches(),
        known: createKnownInputs(),
        purpose: 'INSPECTION',
      });
    });
  }

  return {
    probe: (uri, { field, signal }) =>
      inspect(signal, async (context) =>
        reportMedia(context.tools, { file: await fetchInput({ uri, field }, context, signal), field }),
      ),

    check: (form, { signal }) =>
      inspect(signal, (context) =>
        findViolations(form, context, { signal, renderMemoryBytes: options.renderMemoryBytes }),
      ),
  };
}

function toolContext(
  { toolchain, clocks, gate }: InspectorOptions,
  scratch: Scratch,
  signal: AbortSignal,
): ToolContext {
  return {
    toolchain,
    cwd: scratch.folder,
    env: {},
    descriptorsIn: scratch.descriptorsIn,
    clocks,
    ...(gate ? { gate } : {}),
    deadlineMs: performance.now() + INSPECTION_MS,
    signal,
    record: () => undefined,
  };
}

/** Every input is inspected, whatever is wrong with the others; how they fit together, only when all are right. */
async function findViolations(
  form: Form,
  context: InputContext,
  { signal, renderMemoryBytes }: { readonly signal: AbortSignal; readonly renderMemoryBytes: number },
): Promise<readonly Violation[]> {
  const steps = planInputs(form);
  const found = new Map<string, Violation>();
  await runSteps(steps, {
    atOnce: inputStepsAtOnce,
    perform: (step, stop) => performInputStep(step, context, stop),
    mayPass,
    onError: ({ id }, error) => {
      found.set(id, violationOf(error));
    },
    signal,
  });
  if (found.size > 0) return inRequestOrder(form, [...found.values()]);
  try {
    for (const composition of form.compose(factsOf(context.known)).compositions) {
      requirePresent(composition, context.known);
      requireMemory(composition, context.known, renderMemoryBytes);
    }
    return [];
  } catch (error) {
    return [violationOf(error)];
  }
}

/** As the request names the inputs, whichever was read first. */
function inRequestOrder({ inputs }: Form, violations: readonly Violation[]): Violation[] {
  const place = ({ field }: Violation) => inputs.findIndex(({ asset }) => asset.field === field);
  return [...violations].sort((a, b) => place(a) - place(b));
}

/** @throws an error that is no matter of the inputs. */
function violationOf(error: unknown): Violation {
  const typed = asRenderError(error);
  if (!(typed instanceof RenderError) || typed.failure.field === '') throw error;
  return { field: typed.failure.field, description: `${typed.failure.reason}: ${typed.failure.message}` };
}
