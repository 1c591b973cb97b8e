import { expand } from './expand.js';
import type { Montage } from '../composition/montage.js';
import type { Violation } from '../composition/violation.js';
import { RenderError } from '../task/failure.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import type { MediaInspector } from '../task/ports/media-inspector.js';
import type { Toolchain } from './capabilities.js';
import { startDeadline, type Deadline } from './inputs/deadline.js';
import { fetchInput, inputsOf, type FetchedFiles } from './inputs/fetch-inputs.js';
import { planProbes } from './inputs/probe-inputs.js';
import { readCues } from './inputs/read-cues.js';
import { requirePresent } from './inputs/require-present.js';
import { reportMedia } from './probe/report-media.js';
import type { ToolContext } from './process/run-tool.js';
import type { Clocks } from './process/watchdog.js';
import { asRenderError } from './render-failure.js';
import type { Scratch } from './scratch.js';
import { withScratch } from './with-scratch.js';

export interface InspectorOptions {
  readonly toolchain: Toolchain;
  readonly assets: AssetSource;
  /** A folder of this process alone. */
  readonly scratchRoot: string;
  readonly clocks: Clocks;
  /** Names a scratch folder, differently each time. */
  readonly newName: () => string;
}

/** How long a caller waits for a look at inputs at most, fetching included. */
const INSPECTION_MS = 60_000;

/** Looks at inputs by the same code as a render, and so within the same guards. */
export function createInspector(options: InspectorOptions): MediaInspector {
  async function look<T>(
    signal: AbortSignal,
    work: (scratch: Scratch, context: ToolContext, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const deadline = startDeadline(INSPECTION_MS, signal);
    try {
      return await withScratch(options, `look-${options.newName()}`, (scratch) =>
        work(scratch, toolContext(options, scratch, signal), deadline),
      );
    } finally {
      deadline.clear();
    }
  }

  return {
    probe: (uri, { field, signal }) =>
      look(signal, async (scratch, context, deadline) =>
        reportMedia(context, { file: await fetchInput({ uri, field }, scratch, options.assets, deadline), field }),
      ),

    check: (montage, { signal }) =>
      look(signal, (scratch, context, deadline) => findViolations(options, montage, { scratch, context, deadline })),
  };
}

function toolContext({ toolchain, clocks }: InspectorOptions, scratch: Scratch, signal: AbortSignal): ToolContext {
  return {
    toolchain,
    cwd: scratch.folder,
    env: {},
    clocks,
    deadlineMs: performance.now() + INSPECTION_MS,
    signal,
    record: () => undefined,
  };
}

/** Every input is looked at, whatever is wrong with the others; how they fit together, only when all are right. */
async function findViolations(
  { assets }: InspectorOptions,
  montage: Montage,
  { scratch, context, deadline }: { scratch: Scratch; context: ToolContext; deadline: Deadline },
): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  const attempt = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      violations.push(violationOf(error));
      return null;
    }
  };
  const files = new Map<string, string>();
  for (const ref of inputsOf(montage)) {
    const file = await attempt(() => fetchInput(ref, scratch, assets, deadline));
    if (file !== null) files.set(ref.uri, file);
  }
  const { jobs, media } = planProbes(montage, files, context);
  for (const job of jobs) await attempt(job);
  const cues = hasCues(montage, files) ? await attempt(() => readCues(montage, files, scratch)) : null;
  if (violations.length === 0) {
    await attempt(async () => {
      for (const composition of expand(montage, media, cues?.cues ?? null).compositions)
        requirePresent(composition, media);
      return Promise.resolve();
    });
  }
  return violations;
}

function hasCues({ subtitles }: Montage, files: FetchedFiles): boolean {
  return subtitles !== null && (subtitles.source.kind === 'cues' || files.has(subtitles.source.asset.uri));
}

/** @throws what is no matter of the inputs. */
function violationOf(error: unknown): Violation {
  const typed = asRenderError(error);
  if (!(typed instanceof RenderError) || typed.failure.field === '') throw error;
  return { field: typed.failure.field, description: `${typed.failure.reason}: ${typed.failure.message}` };
}
