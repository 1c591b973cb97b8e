import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Destination } from '../composition/destination.js';
import type { OutputSpec } from '../composition/output-spec.js';
import { RenderError } from '../task/failure.js';
import type { OutputContent, OutputStore } from '../task/ports/output-store.js';
import type { OutputUploader, UploadOrder, UploadOutcome } from '../task/ports/output-uploader.js';
import type { Output } from '../task/task.js';
import { delay } from '../task/wait.js';

export interface PutOutputsDeps {
  readonly outputs: Pick<OutputStore, 'open'>;
  readonly uploader: OutputUploader;
  /** The attempt that made the outputs. */
  readonly attempt: UploadOrder['attempt'];
  /** Asks the store whether the attempt still has its task, right before each try. @throws when it has not, and is to be ended. */
  readonly confirm: () => Promise<void>;
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
  deps: PutOutputsDeps,
  output: Output,
  destination: Destination,
  signal: AbortSignal,
): Promise<Output> {
  const { key, location, parts = [], contentType = 'video/mp4' } = output;
  const put = (file: Omit<FileOrder, 'destination' | 'open'>, part?: string) =>
    putFile(deps, { destination, ...file, open: () => contentOf(deps, location, part) }, signal);
  // A URL takes one file. The first file comes last: it may name the others.
  const further = destination.kind === 's3' ? parts : [];
  for (const { name, contentType: type } of further) await put({ name, contentType: type }, name);
  const destinationUrl = await put({ name: key, contentType });
  return { ...output, destinationUrl };
}

async function contentOf({ outputs }: PutOutputsDeps, location: string, part?: string): Promise<OutputContent> {
  const content = await outputs.open(location, part);
  if (content === null) throw new RenderError('OUTPUT_NOT_STORED', 'the finished video is gone');
  return content;
}

interface FileOrder extends Pick<UploadOrder, 'destination' | 'name' | 'contentType'> {
  readonly open: () => Promise<OutputContent>;
}

/** @returns the place where it is now. */
async function putFile(deps: PutOutputsDeps, file: FileOrder, signal: AbortSignal): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    const outcome = await tryToPut(deps, file, signal);
    if (outcome.kind === 'DONE') return outcome.url;
    const waitMs = RETRY_MS[tries];
    if (outcome.kind === 'REFUSED' || waitMs === undefined) throw failure(outcome, file);
    await delay(waitMs, signal);
    signal.throwIfAborted();
  }
}

async function tryToPut(
  { uploader, attempt, confirm }: PutOutputsDeps,
  { open, ...file }: FileOrder,
  signal: AbortSignal,
): Promise<UploadOutcome> {
  let order: UploadOrder;
  try {
    const content = await open();
    const read = (gone: AbortSignal) => bytesOf(content, gone);
    order = { ...file, attempt, read, ...(await digestsOf(read(signal))) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RenderError) throw error;
    // The storage of the service, which fails for a time as destinations do.
    return { kind: 'FAILED', description: 'the service cannot read the finished video from its storage' };
  }
  await confirm();
  signal.throwIfAborted();
  return uploader.put(order, signal);
}

function failure(
  { kind, description }: Exclude<UploadOutcome, { kind: 'DONE' }>,
  { destination: { field } }: Pick<FileOrder, 'destination'>,
): RenderError {
  const message = `the file could not be put to its destination: ${description}`;
  return new RenderError(kind === 'REFUSED' ? 'DESTINATION_REFUSED' : 'DESTINATION_FAILED', message, { field });
}

function bytesOf(content: OutputContent, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return content.kind === 'file' ? createReadStream(content.path, { signal }) : content.read(signal);
}

async function digestsOf(bytes: AsyncIterable<Uint8Array>): Promise<Pick<UploadOrder, 'md5' | 'sha256' | 'sizeBytes'>> {
  const [md5, sha256] = [createHash('md5'), createHash('sha256')];
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    md5.update(chunk);
    sha256.update(chunk);
    sizeBytes += chunk.length;
  }
  return { md5: md5.digest('base64'), sha256: sha256.digest('hex'), sizeBytes };
}
