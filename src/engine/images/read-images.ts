import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { RenderError } from '../../task/failure.js';
import type { ToolContext } from '../process/run-tool.js';
import type { SupervisedResult } from '../process/supervisor.js';
import { convertSimpleImage } from './convert-simple-image.js';
import type { ImageAnswer, ImageJob, ImageRefusalReason } from './image-protocol.js';
import type { ImageRefusal, ImageRequest, ReadImage } from './image-request.js';
import { runImageReader } from './run-image-reader.js';

export interface ReadImagesOptions {
  /** Folder for what is made of them, relative to the scratch folder; made when it is not there. Nothing else may be put in it. */
  readonly folder: string;
}

/** A second process halves the time of many images; for a few its start costs more. */
const IMAGES_FOR_TWO = 6;

/**
 * Reads images by the program for it, several in one process. One that is at fault does not keep the others from being read.
 * @returns what became of each, in order.
 * @throws RenderError DEADLINE_EXCEEDED, STALLED, OUT_OF_MEMORY, OUT_OF_DISK or INTERNAL; the reason of the context's signal.
 */
export async function readImages(
  context: ToolContext,
  requests: readonly ImageRequest[],
  { folder }: ReadImagesOptions,
): Promise<readonly ReadImage[]> {
  await mkdir(path.join(context.cwd, folder), { recursive: true });
  const results = new Map<number, ReadImage>();
  const jobs: Job[] = [];
  for (const [index, request] of requests.entries()) {
    const { size, neededUs } = request;
    const source = await convertSimpleImage(context, request, `${folder}/${index}-converted.png`);
    if ('kind' in source) results.set(index, source);
    else jobs.push({ index, request, job: { ...source, size, neededUs, out: `${folder}/${index}` } });
  }
  const groups = jobs.length >= IMAGES_FOR_TWO ? 2 : 1;
  const dealt = Array.from({ length: groups }, (_, group) => jobs.filter((__, i) => i % groups === group));
  const ended = await Promise.allSettled(
    dealt.map((group, i) => readGroup(context, group, `${folder}/jobs-${i}.json`, results)),
  );
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return requests.map((_, index) => results.get(index) ?? unanswered());
}

interface Job {
  readonly index: number;
  readonly request: ImageRequest;
  readonly job: ImageJob;
}

/** Reads until all are answered: a reader that dies is started again, and blamed on an image only if that was the first that it had. */
async function readGroup(
  context: ToolContext,
  group: readonly Job[],
  jobsFile: string,
  results: Map<number, ReadImage>,
): Promise<void> {
  let rest = group;
  for (let first = rest[0]; first; first = rest[0]) {
    const { answers, result } = await runImageReader(
      context,
      rest.map(({ job }) => job),
      jobsFile,
    );
    for (const [i, { index, request, job }] of rest.slice(0, answers.length).entries()) {
      const answer = answers[i];
      if (answer) results.set(index, resultOf(answer, job, request));
    }
    if (answers.length === 0) {
      results.set(first.index, blame(result, first.request, context));
      rest = rest.slice(1);
    } else rest = rest.slice(answers.length);
  }
}

function resultOf(answer: ImageAnswer, { out }: ImageJob, { field }: ImageRequest): ReadImage {
  switch (answer.kind) {
    case 'refused':
      return { ...answer, field };
    case 'image':
      return { ...answer, file: `${out}.png` };
    case 'animation':
      return { ...answer, file: `${out}.mov` };
  }
}

/** An image with which a reader died. @throws RenderError when it is no matter of the image. */
function blame(result: SupervisedResult, { field }: ImageRequest, { clocks }: ToolContext): ImageRefusal {
  const refuse = (reason: ImageRefusalReason, message: string): ImageRefusal => ({
    kind: 'refused',
    reason,
    message,
    field,
  });
  const fail = (reason: ConstructorParameters<typeof RenderError>[0], message: string) =>
    new RenderError(reason, message, { field, cause: result });
  switch (result.firedClock) {
    case 'MEMORY':
      return refuse('INPUT_TOO_LARGE', 'this image takes more memory than an image may; send it smaller');
    case 'NO_PROGRESS':
      return refuse(
        'INPUT_TOO_LARGE',
        `this image takes longer than ${Math.round(clocks.noProgressMs / 1000)} s to read; send it smaller`,
      );
    case 'STALL':
      throw fail('STALLED', 'the reader of this image hung: no CPU time and no I/O for too long');
    case 'TOTAL':
      throw fail('DEADLINE_EXCEEDED', 'the render exceeded its time limit');
    // Only a tool with a planned end can be past it.
    case 'OVERRUN':
    case null:
      break;
  }
  if (result.stderrTail.includes('heap out of memory')) {
    return refuse('INPUT_TOO_LARGE', 'this image takes more memory than an image may; send it smaller');
  }
  if (result.signal === 'SIGKILL') throw fail('OUT_OF_MEMORY', 'the server ran out of memory while it read this image');
  if (result.signal !== null) {
    return refuse(
      'INPUT_DAMAGED',
      'this image is damaged in a way that ends its reader; send it again from an intact copy',
    );
  }
  if (/ENOSPC|No space left on device/.test(result.stderrTail))
    throw fail('OUT_OF_DISK', 'the disk of the render server is full');
  throw fail('INTERNAL', 'the reader of images failed');
}

function unanswered(): never {
  throw new RenderError('INTERNAL', 'the reader of images left one out');
}
