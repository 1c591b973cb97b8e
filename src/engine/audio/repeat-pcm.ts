import { readFile, stat, writeFile } from 'node:fs/promises';
import { SAMPLE_RATE } from '../../composition/composition.js';
import { BYTES_PER_SAMPLE } from './pcm.js';

/** A tenth of a second: ffmpeg begins a file of a few samples anew so often that it gets to nothing else. */
const LEAST_LOOP = SAMPLE_RATE / 10;

/**
 * Makes PCM that can begin again at its end of PCM that is too short for that: it has it as often as it takes. The file stays as it is, since other clips play it once.
 * @returns whether it was too short.
 */
export async function repeatPcm(file: string, outFile: string): Promise<boolean> {
  const samples = (await stat(file)).size / BYTES_PER_SAMPLE;
  if (samples >= LEAST_LOOP) return false;
  const once = await readFile(file);
  await writeFile(outFile, Buffer.concat(Array.from({ length: Math.ceil(LEAST_LOOP / samples) }, () => once)));
  return true;
}
