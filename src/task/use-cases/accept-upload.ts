import { requireInspector } from '../inspector-of.js';
import { CallError } from '../call-error.js';
import { RenderError } from '../failure.js';
import type { LimitedInspector, MediaInspector, MediaReport } from '../ports/media-inspector.js';
import { type LibraryFile, MEDIA_ENDINGS, type MediaKind } from '../ports/media-library.js';
import type { PerTenant } from '../ports/per-tenant.js';
import { quotaExceeded, type Quotas } from '../quotas.js';
import type { MediaUploads, UploadDraft } from '../ports/media-uploads.js';

/** A file that a caller sends. */
export interface Upload {
  /** Whose it is. */
  readonly tenant: string;
  readonly kind: MediaKind;
  /** The first part of its name: chosen by the operator, not by a caller. */
  readonly folder: string;
  /** The caller's name for it. */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly maxBytes: number;
}

export interface UploadDeps {
  readonly uploads: PerTenant<MediaUploads>;
  /** Null on a server without ffmpeg. */
  readonly inspectors: PerTenant<LimitedInspector> | null;
  readonly quotas: Pick<Quotas, 'uploadLimits'> | null;
}

/** The part of a form that violations of an upload name. */
const FIELD = 'file';

/**
 * Keeps a file as an input if it can be read and is of its kind, by the same inspection as a render's. Otherwise nothing of it stays.
 * @throws CallError INVALID_REQUEST with the reason, UPLOAD_TOO_LARGE, DISK_FULL, QUOTA_EXCEEDED, INSPECTIONS_BUSY, INPUTS_UNAVAILABLE (also while no worker is alive), NOT_SUPPORTED_HERE (no ffmpeg, and no workers); any error of `bytes`.
 */
export async function acceptUpload(
  { uploads, inspectors, quotas }: UploadDeps,
  { tenant, kind, folder, name, bytes, maxBytes }: Upload,
  signal: AbortSignal,
): Promise<LibraryFile> {
  const action = 'take uploads: it has no ffmpeg to inspect them';
  const inspector = await requireInspector(inspectors, { tenant, action });
  const endings = MEDIA_ENDINGS[kind];
  if (!endings.some((ending) => name.toLowerCase().endsWith(ending)))
    throw refused(`must have a name that ends in one of ${endings.join(' ')}`);
  // Before its bytes are read: a caller that has sent them all would have to send them again.
  inspector.requireRoom();
  const own = uploads.of(tenant);
  const limits = quotas?.uploadLimits(tenant) ?? { uploadBytes: null, uploads: null };
  const left = await bytesLeft(own, limits);
  const full = () => quotaExceeded('upload_bytes', limits.uploadBytes ?? 0);
  const tooLarge = () => new CallError({ reason: 'UPLOAD_TOO_LARGE', maxBytes });
  const draft = await own.receive(upTo(left, upTo(maxBytes, bytes, tooLarge), full), {
    forOthers: inspector.isElsewhere ?? false,
  });
  try {
    // With those that arrived meanwhile.
    await requireWithin(own, limits);
    const { video, audio } = await probe(inspector, draft, signal);
    if (kind === 'audio' && !audio) throw refused('has no audio');
    if (kind === 'visual' && !video) throw refused('has no image or video');
    return await draft.accept(folder, name);
  } finally {
    await draft.discard();
  }
}

type UploadLimits = ReturnType<Quotas['uploadLimits']>;

/** How many bytes one more upload may have. @throws CallError QUOTA_EXCEEDED: there may be none more. */
async function bytesLeft(own: MediaUploads, { uploadBytes, uploads }: UploadLimits): Promise<number> {
  if (uploadBytes === null && uploads === null) return Infinity;
  const { files, bytes } = await own.total();
  if (uploads !== null && files >= uploads) throw quotaExceeded('uploads', uploads);
  if (uploadBytes === null) return Infinity;
  if (bytes >= uploadBytes) throw quotaExceeded('upload_bytes', uploadBytes);
  return uploadBytes - bytes;
}

async function requireWithin(own: MediaUploads, { uploadBytes, uploads }: UploadLimits): Promise<void> {
  if (uploadBytes === null && uploads === null) return;
  const { files, bytes } = await own.total();
  if (uploads !== null && files > uploads) throw quotaExceeded('uploads', uploads);
  if (uploadBytes !== null && bytes > uploadBytes) throw quotaExceeded('upload_bytes', uploadBytes);
}

async function* upTo(
  maxBytes: number,
  bytes: AsyncIterable<Uint8Array>,
  onMore: () => CallError,
): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const chunk of bytes) {
    count += chunk.length;
    if (count > maxBytes) throw onMore();
    yield chunk;
  }
}

async function probe(inspector: MediaInspector, { uri }: UploadDraft, signal: AbortSignal): Promise<MediaReport> {
  try {
    return await inspector.probe(uri, { field: FIELD, signal });
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    throw refused(`${error.failure.reason}: ${error.failure.message}`, error);
  }
}

function refused(description: string, cause?: unknown): CallError {
  return new CallError({ reason: 'INVALID_REQUEST', violations: [{ field: FIELD, description }] }, { cause });
}
