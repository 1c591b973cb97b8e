import { captionLayers } from '../composition/composition.js';
import type { Composed, Form } from '../composition/form.js';
import type { ValidSpec } from '../composition/parsed-spec.js';
import type { Violation } from '../composition/violation.js';
import { RenderError } from '../task/failure.js';
import type { Gate } from '../task/gate.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import type { MediaInspector, Resolution, Resolved, SpecOptions } from '../task/ports/media-inspector.js';
import { pixelFramesIn } from '../task/pixel-frames.js';
import type { Toolchain } from './toolchain.js';
import { createImageBatches } from './images/image-batches.js';
import { fetchInput } from './inputs/fetch-input.js';
import { createKnownInputs, factsOf, type KnownInputs } from './inputs/known-inputs.js';
import { inputStepsAtOnce, performInputStep, type InputContext } from './inputs/perform-input-step.js';
import { planInputs } from './inputs/plan-inputs.js';
import { requirePresent } from './inputs/require-present.js';
import { estimateCpuUs } from './estimate.js';
import { planPasses } from './outputs/plan-passes.js';
import { reportMedia } from './probe/report-media.js';
import type { ToolContext } from './process/run-tool.js';
import type { Supervise } from './process/supervisor.js';
import type { Clocks } from './process/watchdog.js';
import { asRenderError, mayPass } from './render-failure.js';
import { requireMemory } from './require-memory.js';
import type { Scratch } from './scratch.js';
import { runSteps } from './steps/run-steps.js';
import { withScratch } from './with-scratch.js';

export interface InspectorOptions {
  readonly toolchain: Toolchain;
  /** Runs tools. */
  readonly supervise: Supervise;
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
  async function inspect<T>(
    { signal, cache = 'USE' }: Pick<SpecOptions, 'signal' | 'cache'>,
    work: (context: InputContext) => Promise<T>,
  ): Promise<T> {
    return withScratch(options, `inspect-${options.newName()}`, (scratch) => {
      const tools = toolContext(options, scratch, signal);
      const { assets } = options;
      return work({
        scratch,
        assets,
        tools,
        fetchUntilMs: tools.deadlineMs,
        cache,
        images: createImageBatches(),
        known: createKnownInputs(),
        purpose: 'INSPECTION',
      });
    });
  }

  return {
    probe: (uri, { field, signal }) =>
      inspect({ signal }, async (context) =>
        reportMedia(context.tools, { file: await fetchInput({ uri, field }, context, signal), field }),
      ),

    resolve: (spec, given) =>
      inspect(given, async (context) => {
        const violations = await readInputs(spec.form, context, given.signal);
        if (violations.length > 0) return { violations, resolution: null };
        return orViolation(() => resolutionOf(spec, composed(spec.form, context, options), context.known));
      }),

    check: (form, given) =>
      inspect(given, async (context) => {
        const violations = await readInputs(form, context, given.signal);
        if (violations.length > 0) return violations;
        return orViolation(() => {
          composed(form, context, options);
          return null;
        }).violations;
      }),
  };
}

function toolContext(
  { toolchain, clocks, gate, supervise }: InspectorOptions,
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
    supervise,
    deadlineMs: performance.now() + INSPECTION_MS,
    signal,
    record: () => undefined,
  };
}

/** Every input is inspected, whatever is wrong with the others. */
async function readInputs(form: Form, context: InputContext, signal: AbortSignal): Promise<readonly Violation[]> {
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
  return inRequestOrder(form, [...found.values()]);
}

/** How inputs fit together, once all are right. @throws RenderError, CompositionError. */
function composed(form: Form, { known }: InputContext, { renderMemoryBytes }: InspectorOptions): Composed {
  const made = form.compose(factsOf(known));
  for (const composition of made.compositions) {
    requirePresent(composition, known);
    requireMemory(composition, known, renderMemoryBytes);
  }
  return made;
}

function orViolation(work: () => Resolution | null): Resolved {
  try {
    return { violations: [], resolution: work() };
  } catch (error) {
    return { violations: [violationOf(error)], resolution: null };
  }
}

/** @throws RenderError RANGE_OUTSIDE_VIDEO. */
function resolutionOf(
  { outputs }: ValidSpec,
  { compositions, outlines = [], warnings }: Composed,
  { visuals }: KnownInputs,
): Resolution {
  const cpuUs = estimateCpuUs(planPasses(compositions, outputs, () => true).passes, visuals);
  return {
    videos: outlines.map((outline, i) => {
      const composition = compositions[i];
      return { outline, cues: composition ? captionLayers(composition).flatMap(({ cues }) => cues) : [] };
    }),
    warnings,
    estimate: { pixelFrames: pixelFramesIn(compositions, outputs), cpuUs },
  };
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
