import { readFile, writeFile } from 'node:fs/promises';
import { SAMPLE_RATE } from '../../composition/composition.js';
import { BYTES_PER_SAMPLE } from './pcm.js';

/** A tenth of a second: ffmpeg begins a file of a few samples anew so often that it gets to nothing else. */
const LEAST_LOOP = SAMPLE_RATE / 10;

/** Writes PCM that is to be looped into its file as often as it takes for the loop to be of some length. It audio the same. */
export async function repeatPcm(file: string, samples: number): Promise<void> {
  if (samples >= LEAST_LOOP) return;
  const once = (await readFile(file)).subarray(0, samples * BYTES_PER_SAMPLE);
  await writeFile(file, Buffer.concat(Array.from({ length: Math.ceil(LEAST_LOOP / samples) }, () => once)));
}
