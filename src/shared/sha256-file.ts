import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** SHA-256 of a file, lower-case hexadecimal. @throws the system's error; the reason of the signal. */
export async function sha256File(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const bytes = createReadStream(file, { highWaterMark: 1024 * 1024 });
  await (signal ? pipeline(bytes, hash, { signal }) : pipeline(bytes, hash));
  return hash.digest('hex');
}
