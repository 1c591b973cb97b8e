import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Destination } from '../composition/destination.js';
import type { OutputSpec } from '../composition/output-spec.js';
import { RenderError } from '../task/failure.js';
import type { OutputContent, OutputStore } from '../task/ports/output-store.js';
import type { OutputUploader, UploadOutcome } from '../task/ports/output-uploader.js';
import type { Output } from '../task/task.js';
import { delay } from '../task/wait.js';

export interface PutOutputsDeps {
  readonly outputs: Pick<OutputStore, 'open'>;
  readonly uploader: OutputUploader;
}

/** Waits before each further try; the proto says how many and how long in all. */
const RETRY_MS = [1_000, 3_000, 8_000, 15_000];

/**
 * Puts each published output that has a destination there. The outputs of a spec with destinations have the keys of the spec, since it makes one video.
 * @returns all outputs, with the places that they are in now.
 * @throws RenderError DESTINATION_FAILED or DESTINATION_REFUSED. Rejects when `signal` aborts.
 */
export async function putOutputs(
  deps: PutOutputsDeps,
  specs: readonly OutputSpec[],
  outputs: readonly Output[],
  signal: AbortSignal,
): Promise<readonly Output[]> {
  const places = new Map(specs.flatMap(({ key, destination }) => (destination ? [[key, destination] as const] : [])));
  const put: Output[] = [];
  for (const output of outputs) {
    const destination = places.get(output.key);
    put.push(destination ? await putOutput(deps, output, destination, signal) : output);
  }
  return put;
}

async function putOutput(
  { outputs, uploader }: PutOutputsDeps,
  output: Output,
  { url, headers, field }: Destination,
  signal: AbortSignal,
): Promise<Output> {
  const content = await outputs.open(output.location);
  if (content === null) throw new RenderError('OUTPUT_NOT_STORED', 'the finished video is gone');
  const read = (gone: AbortSignal) => bytesOf(content, gone);
  const { sizeBytes } = output;
  const order = {
    url,
    headers,
    sizeBytes,
    read,
    contentType: output.contentType ?? 'video/mp4',
    md5: await md5Of(read(signal)),
  };
  for (let tries = 0; ; tries += 1) {
    const outcome = await uploader.put(order, signal);
    if (outcome.kind === 'DONE') return { ...output, destinationUrl: withoutQuery(url) };
    const waitMs = RETRY_MS[tries];
    if (outcome.kind === 'REFUSED' || waitMs === undefined) throw failure(outcome, field);
    await delay(waitMs, signal);
    signal.throwIfAborted();
  }
}

function failure({ kind, description }: Exclude<UploadOutcome, { kind: 'DONE' }>, field: string): RenderError {
  const message = `the file could not be put to its destination: ${description}`;
  return new RenderError(kind === 'REFUSED' ? 'DESTINATION_REFUSED' : 'DESTINATION_FAILED', message, { field });
}

function bytesOf(content: OutputContent, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return content.kind === 'file' ? createReadStream(content.path, { signal }) : content.read(signal);
}

async function md5Of(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('base64');
}

/** The rest of it may be a signature. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
