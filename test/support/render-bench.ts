import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RenderLog } from '../../src/engine/render-log.js';
import type { Trace } from '../../src/task/trace.js';
import type { Form } from '../../src/composition/form.js';
import { DEFAULT_OUTPUTS, type OutputSpec } from '../../src/composition/output-spec.js';
import { montageForm } from '../../src/composition/montage/montage-form.js';
import type { Montage } from '../../src/composition/montage/montage.js';
import { DEFAULT_TOOL_PATHS } from '../../src/engine/capabilities.js';
import type { Hardware } from '../../src/engine/hardware/find-hardware.js';
import type { Toolchain } from '../../src/engine/toolchain.js';
import { type NamedFont, readFontFolder } from '../../src/engine/captions/font-folder.js';
import { prepareFonts } from '../../src/engine/captions/fonts.js';
import type { ToolContext } from '../../src/engine/process/run-tool.js';
import { runSupervised } from '../../src/engine/process/supervisor.js';
import type { Clocks } from '../../src/engine/process/watchdog.js';
import { createInspector } from '../../src/engine/inspector.js';
import { createSeats, type Seats } from '../../src/engine/steps/seats.js';
import { createRenderer } from '../../src/engine/renderer.js';
import { NO_STAND_INS } from '../../src/engine/outputs/stand-ins.js';
import { createLocalFiles } from '../../src/media/local-files.js';
import { createLocalOutputs } from '../../src/media/local-outputs.js';
import { failureOf, type TaskFailure } from '../../src/task/failure.js';
import type { RenderHooks, RenderResult } from '../../src/task/ports/renderer.js';
import type { ArtifactStore } from '../../src/task/ports/artifact-store.js';
import type { CacheMode } from '../../src/task/task-options.js';
import type { AssetSource } from '../../src/task/ports/asset-source.js';
import type { MediaInspector } from '../../src/task/ports/media-inspector.js';
import type { Output, Progress, Timeouts } from '../../src/task/task.js';
import { createMediaKit, type MediaKit } from '../fixtures/media-kit.js';
import { knownToolchain } from './known-toolchain.js';

export const TEST_CLOCKS: Clocks = {
  stallMs: 20_000,
  quietMs: 10_000,
  noProgressMs: 60_000,
  totalMs: 120_000,
  maxRssBytes: 4 * 1024 ** 3,
};

/** The real engine on real files in folders of its own. */
export interface RenderBench {
  readonly media: MediaKit;
  readonly toolchain: Toolchain;
  readonly scratchRoot: string;
  /** Renders a montage, or any other form; inputs are named by file name within the media kit's folder. */
  render(
    spec: Montage | Form,
    hooks?: Partial<RenderHooks>,
    clocks?: Partial<Clocks>,
    options?: RunOptions,
  ): Promise<BenchResult>;
  /** Renders what must fail. */
  failure(
    spec: Montage | Form,
    hooks?: Partial<RenderHooks>,
    clocks?: Partial<Clocks>,
    options?: RunOptions,
  ): Promise<TaskFailure>;
  /** What attempts have left behind. */
  leftovers(): Promise<readonly string[]>;
  /** The engine's other half, on the same files. */
  readonly inspector: MediaInspector;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly timeouts?: Partial<Timeouts>;
  readonly assets?: AssetSource;
  readonly artifacts?: ArtifactStore;
  readonly cache?: CacheMode;
  readonly outputs?: readonly OutputSpec[];
  readonly trace?: Trace;
  readonly log?: RenderLog;
  /** Hardware encoders, and the toolchain of renders with them. */
  readonly hardware?: Hardware;
}

const NO_TIMEOUTS: Timeouts = { queueMs: 60_000, totalMs: null, stallMs: null, fetchMs: null };

export interface BenchResult extends RenderResult {
  /** The one output, and where it lies. */
  readonly output: Output;
  readonly file: string;
  /** Where an output or one of its further files lies. */
  readonly locate: (output: Output, part?: string) => Promise<string>;
  readonly progress: readonly Progress[];
}

/**
 * @param options.fontFolder makes and fills a folder with the operator's fonts.
 * @param options.seats default: two cores.
 * @param options.tools another ffmpeg than that of the machine.
 */
export async function createRenderBench(
  options: {
    fontFolder?: (folder: string) => Promise<void>;
    tools?: { ffmpeg: string; ffprobe: string };
    seats?: Seats;
  } = {},
): Promise<RenderBench> {
  const media = await createMediaKit();
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-bench-'));
  const scratchRoot = path.join(folder, 'scratch');
  const outputs = createLocalOutputs({ folder: path.join(folder, 'outputs') });
  const toolchain = await knownToolchain(
    options.tools ?? {
      ffmpeg: process.env.CUTROOM_FFMPEG ?? DEFAULT_TOOL_PATHS.ffmpeg,
      ffprobe: process.env.CUTROOM_FFPROBE ?? DEFAULT_TOOL_PATHS.ffprobe,
    },
  );
  const fonts = await prepareFonts(
    path.join(folder, 'fonts'),
    await operatorsFonts(path.join(folder, 'own-fonts'), options.fontFolder),
  );
  const seats = options.seats ?? createSeats({ cores: 2, bytes: TEST_CLOCKS.maxRssBytes });
  const assets = createLocalFiles({ roots: [media.folder] });

  const running = { toolchain, supervise: runSupervised };

  async function render(
    spec: Montage | Form,
    hooks: Partial<RenderHooks> = {},
    clocks: Partial<Clocks> = {},
    options: RunOptions = {},
  ): Promise<BenchResult> {
    const progress: Progress[] = [];
    const renderer = createRenderer({
      ...running,
      fonts,
      assets: options.assets ?? assets,
      outputs,
      scratchRoot,
      artifacts: options.artifacts ?? null,
      hashes: new Map(),
      ...{ standIns: NO_STAND_INS, ...options.hardware },
      ...(options.log ? { log: options.log } : {}),
      seats,
      clocks: { ...TEST_CLOCKS, ...clocks },
    });
    const job = {
      key: { tenant: 'default', id: randomUUID() },
      fence: 1,
      attemptId: randomUUID(),
      attempt: 1,
      trace: options.trace ?? {},
      form: 'compose' in spec ? spec : montageForm(spec),
      outputs: options.outputs ?? DEFAULT_OUTPUTS,
      timeouts: { ...NO_TIMEOUTS, ...options.timeouts },
      cache: options.cache ?? 'USE',
    };
    const result = await renderer.render(job, {
      signal: hooks.signal ?? new AbortController().signal,
      onProgress: (p) => {
        progress.push(p);
        hooks.onProgress?.(p);
      },
      ...(hooks.onPreview ? { onPreview: hooks.onPreview } : {}),
      onDiagnostics: (diagnostics) => hooks.onDiagnostics?.(diagnostics),
    });
    const output = result.outputs[0]!;
    const locate = async (of: Output, part?: string) => (await outputs.open(of.location, part))!.path;
    return { ...result, output, file: await locate(output), locate, progress };
  }

  return {
    media,
    toolchain,
    scratchRoot,
    render,
    inspector: createInspector({
      ...running,
      assets,
      scratchRoot,
      clocks: TEST_CLOCKS,
      renderMemoryBytes: TEST_CLOCKS.maxRssBytes,
      newName: randomUUID,
    }),
    failure: (spec, hooks, clocks, options) =>
      render(spec, hooks, clocks, options).then(
        () => {
          throw new Error('the render should have failed');
        },
        (error: unknown) => failureOf(error),
      ),
    leftovers: () => readdir(scratchRoot).catch(() => []),
    close: async () => {
      await media.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The engine's tools in a folder. */
export function toolsIn({ toolchain }: Pick<RenderBench, 'toolchain'>, cwd: string): ToolContext {
  return {
    ...{ toolchain, supervise: runSupervised, cwd, env: {}, descriptorsIn: () => [], clocks: TEST_CLOCKS },
    ...{ deadlineMs: performance.now() + 600_000, signal: new AbortController().signal, record: () => undefined },
  };
}

async function operatorsFonts(
  folder: string,
  fill: ((folder: string) => Promise<void>) | undefined,
): Promise<readonly NamedFont[]> {
  if (!fill) return [];
  await fill(folder);
  return (await readFontFolder(folder)).fonts;
}
