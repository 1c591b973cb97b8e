import type { ImageAnswer, ImageJob } from '../image-protocol.js';
import { explainFailure } from './explain-failure.js';
import { readAnimation } from './read-animation.js';
import { readImage } from './read-image.js';

/**
 * Does one job, whatever is in the file: what cannot be read is an answer.
 * @param onFrame is called after each frame of an animation.
 * @throws only for faults of ours or of the disk.
 */
export async function readJob(job: ImageJob, onFrame: () => void): Promise<ImageAnswer> {
  const warnings: string[] = [];
  try {
    return (await readAnimation(job, warnings, onFrame)) ?? (await readImage(job, warnings));
  } catch (error) {
    if (isSystemError(error)) throw error;
    const { reason, message } = await explainFailure(error, job, warnings);
    return { kind: 'refused', reason, message };
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code);
}
