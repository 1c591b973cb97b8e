import { mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/config.js';
import { createEngine } from './create-engine.js';
import { readFontFolder } from '../engine/captions/font-folder.js';
import { runSupervised } from '../engine/process/supervisor.js';
import { createAssetSource } from '../media/asset-source.js';
import { createLocalOutputs, type LocalOutputs } from '../media/local-outputs.js';
import type { Logger } from '../observability/logger.js';
import { systemClock } from './system-clock.js';
import type { Diagnostics } from '../task/diagnostics.js';
import { RenderError } from '../task/failure.js';
import type { RenderResult } from '../task/ports/renderer.js';
import type { Output, ProgressReport, Task } from '../task/task.js';
import { claimed, failed, progressed, succeeded } from '../task/lifecycle.js';
import { type SubmitCommand, validateTask } from '../task/use-cases/submit-task.js';

/** One render without a server. */
export interface EmbeddedRender {
  readonly command: SubmitCommand;
  /** Where the file goes; of several, the second to `name-2.mp4` or so, with its own extension. Its folder must exist. */
  readonly file: string;
  /** Folders that inputs may lie in, and that relative names are looked up in. */
  readonly inputRoots: readonly string[];
  readonly config: Pick<
    Config,
    'ffmpeg' | 'ffprobe' | 'hardware' | 'watchdog' | 'renders' | 'inspections' | 'httpInputs' | 'fontFolder'
  >;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** The task each time it changes, its terminal state last. */
  readonly onChange: (task: Task) => void;
  /** Called once with the diagnostics, in whatever way the attempt ends. */
  readonly onDiagnostics: (diagnostics: Diagnostics) => void;
}

/**
 * Renders in this process by the same rules as a service, and returns the task as it ended. It works in a
 * folder beside the result, so that the result is moved to its place in one step when it is whole and verified; an earlier file there
 * stays until then. Leaves no process and no other file, however it ends.
 * @throws CallError INVALID_REQUEST with every violation; RenderError FFMPEG_MISSING; the reason of `signal` when it fires.
 */
export async function renderEmbedded(render: EmbeddedRender): Promise<Task> {
  const { command, signal, config, logger } = render;
  const assets = createAssetSource({
    inputRoots: render.inputRoots,
    uploads: null,
    except: null,
    httpInputs: { ...config.httpInputs, rules: () => config.httpInputs.rules },
  });
  const { fonts } = await readFontFolder(config.fontFolder);
  // One attempt: whoever sees it fail can start another.
  const { task } = await validateTask(
    {
      assets: { of: () => assets },
      inspectors: null,
      quotas: null,
      store: null,
      fonts: fonts.map(({ name }) => name),
      clock: systemClock,
      // Nobody but the caller, who waits.
      notifier: { of: () => ({ check: () => 'needs a server; this render has none' }) },
      uploader: {
        of: () => ({
          check: ({ field }) => ({ field, description: 'needs a server; this render leaves its files here' }),
        }),
      },
    },
    { ...command, options: { ...command.options, maxAttempts: 1 } },
    signal,
  );
  const folder = await mkdtemp(path.join(path.dirname(render.file), '.cutroom-'));
  try {
    const outputs = createLocalOutputs({ folder: path.join(folder, 'outputs') });
    const scratchRoot = path.join(folder, 'scratch');
    const { renderer } = await createEngine({
      config: { ...config, dataDir: folder },
      logger,
      assets: { of: () => assets },
      outputs,
      artifacts: null,
      supervise: runSupervised,
      fonts,
      scratchRoot,
    });
    signal.throwIfAborted();
    return await runAttempt(render, task, async (running, onProgress) => {
      const { id, tenant, fence, attemptId, timeouts } = running;
      if (command.spec.form === null || attemptId === null) throw new Error('only a valid spec can be rendered');
      const job = {
        key: { tenant, id },
        fence,
        attemptId,
        attempt: 1,
        trace: {},
        form: command.spec.form,
        outputs: command.spec.outputs,
        timeouts,
        cache: 'NO_STORE' as const,
      };
      const onDiagnostics = (diagnostics: Omit<Diagnostics, 'attempt'>): void => {
        render.onDiagnostics({ attempt: 1, ...diagnostics });
      };
      const result = await renderer.render(job, { signal, onProgress, onDiagnostics });
      signal.throwIfAborted();
      return { ...result, outputs: await moveOut(outputs, result.outputs, render.file) };
    });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

type Attempt = (running: Task, onProgress: (progress: ProgressReport) => void) => Promise<RenderResult>;

/** The life of a task from its claim to its end, by the transitions that a worker's follows. */
async function runAttempt({ onChange }: EmbeddedRender, queued: Task, attempt: Attempt): Promise<Task> {
  const nowMs = (): number => systemClock.nowMs();
  let phaseTimings: Task['phaseTimings'] | undefined;
  let task = claimed(queued, { attemptId: systemClock.newAttemptId(), owner: 'embedded', nowMs: nowMs() });
  const change = (next: Task): Task => {
    task = next;
    onChange(task);
    return task;
  };
  change(task);
  try {
    const result = await attempt(task, (progress) => {
      phaseTimings = progress.phaseTimings;
      change(progressed(task, progress, nowMs()));
    });
    return change(succeeded(task, result, nowMs(), phaseTimings));
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    return change(failed(task, error.failure, nowMs(), phaseTimings));
  }
}

/** Each output to its place, its further files beside it under their own names, by which others may link to them. Their locations are then absolute paths. */
async function moveOut(store: LocalOutputs, outputs: readonly Output[], file: string): Promise<Output[]> {
  const moved: Output[] = [];
  for (const [index, output] of outputs.entries()) {
    const from = await store.open(output.location);
    if (from === null) throw new RenderError('OUTPUT_NOT_STORED', 'the finished video is gone');
    const location = path.resolve(index === 0 ? file : numbered(file, index + 1, output.key));
    // Posters are not asked for here: they go with the folder.
    const parts = (output.parts ?? []).filter(({ role }) => role !== 'POSTER');
    for (const { name } of parts) {
      const part = await store.open(output.location, name);
      if (part === null) throw new RenderError('OUTPUT_NOT_STORED', 'a file of the finished video is gone');
      await rename(part.path, path.join(path.dirname(location), name));
    }
    await rename(from.path, location);
    moved.push({ ...output, location, parts });
  }
  return moved;
}

function numbered(file: string, number: number, key: string): string {
  const { dir, name } = path.parse(file);
  return path.join(dir, `${name}-${number}${path.extname(key)}`);
}
