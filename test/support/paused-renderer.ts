import { RenderError } from '../../src/task/failure.js';
import type { Renderer, RenderHooks, RenderJob, RenderResult } from '../../src/task/ports/renderer.js';
import type { Output, ProgressReport } from '../../src/task/task.js';

/** A render that a test holds in its hand. */
export interface PausedRender {
  readonly job: RenderJob;
  readonly hooks: RenderHooks;
  progress(framesDone: number): void;
  finish(): void;
  fail(error: RenderError): void;
}

/**
 * A renderer whose renders go on until the test ends them: for tests of what surrounds a render. An aborted render rejects at once, as the
 * real one's does, unless `deaf`: then it is a worker that hangs.
 */
export function createPausedRenderer(
  options: { deaf?: boolean } = {},
): Renderer & { readonly renders: PausedRender[] } {
  const renders: PausedRender[] = [];
  return {
    renders,
    render: (job, hooks) =>
      new Promise<RenderResult>((resolve, reject) => {
        const onAbort = () => {
          if (!options.deaf) reject(new RenderError('INTERNAL', 'aborted'));
        };
        hooks.signal.addEventListener('abort', onAbort);
        renders.push({
          job,
          hooks,
          progress: (framesDone) => {
            hooks.onProgress(progressAt(framesDone));
          },
          finish: () => {
            resolve({ outputs: [outputOf(job)], warnings: [] });
          },
          fail: reject,
        });
      }),
  };
}

export function progressAt(framesDone: number): ProgressReport {
  return {
    phase: 'RENDERING',
    percent: framesDone,
    framesDone,
    framesTotal: 100,
    outTimeUs: framesDone * 33_333,
    speed: 1,
    phaseTimings: [],
    remainingMs: null,
  };
}

export function outputOf(job: Pick<RenderJob, 'key' | 'fence' | 'attemptId'>): Output {
  return {
    key: 'final-1.mp4',
    location: `${job.key.id}/${job.fence}-${job.attemptId}/final-1.mp4`,
    sizeBytes: 1,
    durationUs: 1_000_000,
    width: 2,
    height: 2,
    frameRate: { num: 30, den: 1 },
    frameCount: 30,
    videoCodec: 'h264',
    audioCodec: 'aac',
    sha256: '00',
  };
}
