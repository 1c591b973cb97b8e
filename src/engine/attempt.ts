import type { RenderHooks, RenderJob } from '../task/ports/renderer.js';
import type { Recorder } from './process/recorder.js';
import type { ProgressMeter } from './progress-meter.js';
import type { RenderLog } from './render-log.js';
import type { RendererOptions } from './renderer-options.js';

/** Sections run side by side, which keeps the cores busy; with one thread each, the last one would leave a core idle (30 s at 1080p on 2 cores: 1.16 against 1.06 times one ffmpeg). */
export const SECTION_THREADS = 2;

/** One attempt under way, at a task or at steps of another worker's. */
export interface Attempt {
  readonly options: RendererOptions;
  readonly job: RenderJob;
  readonly hooks: Pick<RenderHooks, 'signal' | 'span'>;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly meter: ProgressMeter;
}

/** Each line with the ids by which the log of the service names the attempt. */
export function logOf({ key, attempt, trace }: RenderJob, log: RenderLog): RenderLog {
  const ids = { task: `tasks/${key.id}`, attempt, ...trace };
  return {
    debug: (fields, message) => {
      log.debug({ ...ids, ...fields }, message);
    },
    warn: (fields, message) => {
      log.warn({ ...ids, ...fields }, message);
    },
  };
}

/** The name of its scratch folder. */
export function nameOf({ key, fence, attemptId }: RenderJob): string {
  return `${key.id}-${fence}-${attemptId}`;
}
