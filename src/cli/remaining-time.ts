import type { ProgressDetail } from '../../generated/cutroom/v1/task.js';
import { durationSeconds, formatSeconds } from './format.js';

/**
 * Seconds until the frames are made, from the frames left and the speed the server measures; null before either is
 * known. The steps after the last frame (verifying, publishing) take about a second and are not in it.
 */
export function remainingSeconds(detail: ProgressDetail | undefined): number | null {
  const madeSeconds = durationSeconds(detail?.outTime);
  if (
    detail === undefined ||
    madeSeconds <= 0 ||
    detail.framesDone <= 0 ||
    detail.framesTotal <= 0 ||
    detail.speed <= 0
  )
    return null;
  const secondsPerFrame = madeSeconds / detail.framesDone;
  return (Math.max(0, detail.framesTotal - detail.framesDone) * secondsPerFrame) / detail.speed;
}

/** `ETA 1:05`, or `ETA --:--` while it is not known. */
export function formatEta(detail: ProgressDetail | undefined): string {
  const seconds = remainingSeconds(detail);
  return `ETA ${seconds === null ? '--:--' : formatSeconds(seconds)}`;
}
