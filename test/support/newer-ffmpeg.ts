import { findNewerFfmpeg } from '../../scripts/lib/newer-ffmpeg.mjs';

/** Whether tests that need the newer ffmpeg are to be left out because it is not there; says so aloud. In CI that is an error. */
export function skipWithoutNewerFfmpeg(): boolean {
  if (findNewerFfmpeg() !== null) return false;
  const message =
    'no newer ffmpeg: run `npm test`, which fetches it, or set CUTROOM_NEWER_FFMPEG and CUTROOM_NEWER_FFPROBE';
  if (process.env.CI) throw new Error(message);
  console.warn(`\n  NOT RUN: tests of the newer ffmpeg. There is ${message}.\n`);
  return true;
}
