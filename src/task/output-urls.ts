import { createHmac, timingSafeEqual } from 'node:crypto';
import { CallError } from './call-error.js';
import { DEFAULT_TENANT } from './caller.js';
import type { Clock } from './ports/clock.js';
import type { OutputContent, OutputStore } from './ports/output-store.js';
import type { TaskStore } from './ports/task-store.js';
import type { Output, Task } from './task.js';

/** Name of the signing key in the store: all replicas on one store sign alike. */
export const SIGNING_KEY_NAME = 'output-url-signing-key';

/** URLs end on a full hour, so that a poll a second later shows the same URL and caches can work. */
const EXPIRY_STEP_MS = 3_600_000;

/** Types of files that link to further files of their output, relative to themselves. */
const LINKING: ReadonlySet<string> = new Set(['application/vnd.apple.mpegurl']);

export interface OutputUrlOptions {
  readonly store: Pick<TaskStore, 'get'>;
  readonly outputs: OutputStore;
  readonly clock: Clock;
  readonly signingKey: Buffer;
  /** A URL lives at least this long. */
  readonly lifetimeMs: number;
}

/** Signed, expiring URLs of finished videos. */
export interface OutputUrls {
  /**
   * The URL of an output, valid from now on. Its signature opens the further files of the output as well. It is in the path where files link to each other,
   * so that a relative link has it too; else in the query.
   * @param baseUrl its beginning, without a final slash.
   * @param part the name of one of its further files; absent: its first.
   */
  sign(task: Task, output: Output, baseUrl: string, part?: string): string;
  /**
   * The file that a URL names. The signature is the caller's only credential.
   * @param request.grant what of the signature stands in the path; absent: all is in the query.
   * @throws CallError OUTPUT_NOT_FOUND, URL_SIGNATURE_INVALID, URL_EXPIRED, STORE_UNAVAILABLE.
   */
  open(request: SignedRequest): Promise<OutputFile>;
  /** The file of that name, for a caller who may see the tenant's tasks. @throws CallError OUTPUT_NOT_FOUND, STORE_UNAVAILABLE. */
  locate(request: { tenant: string; taskId: string; file: string }): Promise<OutputFile>;
}

/** A URL in its parts. */
export interface SignedRequest {
  readonly taskId: string;
  readonly file: string;
  readonly query: URLSearchParams;
  readonly grant?: string;
}

/** A finished video, for a server that sends it. */
export interface OutputFile {
  readonly content: OutputContent;
  readonly contentType: string;
}

/** A query as a segment of a path, where `=` and `&` may stand as they are (RFC 3986, 3.3). */
function grantOf(query: URLSearchParams): string {
  return encodeURIComponent(query.toString()).replaceAll('%3D', '=').replaceAll('%26', '&');
}

export function createOutputUrls(options: OutputUrlOptions): OutputUrls {
  const { store, outputs, clock, signingKey } = options;

  function signature(task: Task, output: Output, expires: string): Buffer {
    // The location has the fence in it: a URL of an earlier attempt does not open a later one's file.
    return createHmac('sha256', signingKey)
      .update([task.tenant, task.id, output.location, expires].join('\n'))
      .digest();
  }

  async function find(tenant: string, taskId: string, file: string): Promise<{ task: Task; output: Output }> {
    const task = await store.get({ tenant, id: taskId });
    const output = task?.outputs.find(({ key, parts = [] }) => key === file || parts.some(({ name }) => name === file));
    if (!task || !output) throw new CallError({ reason: 'OUTPUT_NOT_FOUND' });
    return { task, output };
  }

  async function fileOf(output: Output, file: string): Promise<OutputFile> {
    const part = output.parts?.find(({ name }) => name === file);
    const content = await outputs.open(output.location, part?.name);
    if (content === null) throw new CallError({ reason: 'OUTPUT_NOT_FOUND' });
    return { content, contentType: (part ?? output).contentType ?? 'video/mp4' };
  }

  return {
    sign(task, output, baseUrl, part) {
      const expiresMs = Math.ceil((clock.nowMs() + options.lifetimeMs) / EXPIRY_STEP_MS) * EXPIRY_STEP_MS;
      const expires = String(expiresMs / 1000);
      const query = new URLSearchParams({ expires });
      if (task.tenant !== DEFAULT_TENANT) query.set('tenant', task.tenant);
      query.set('signature', signature(task, output, expires).toString('base64url'));
      const folder = `${baseUrl}/tasks/${encodeURIComponent(task.id)}`;
      const file = encodeURIComponent(part ?? output.key);
      return LINKING.has(output.contentType ?? '')
        ? `${folder}/${grantOf(query)}/${file}`
        : `${folder}/${file}?${query.toString()}`;
    },

    async open({ taskId, file, grant, ...request }) {
      const query = grant === undefined ? request.query : new URLSearchParams(grant);
      // The URL may name any tenant: the signature covers it.
      const { task, output } = await find(query.get('tenant') ?? DEFAULT_TENANT, taskId, file);
      const expires = query.get('expires') ?? '';
      const given = Buffer.from(query.get('signature') ?? '', 'base64url');
      const wanted = signature(task, output, expires);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
        throw new CallError({ reason: 'URL_SIGNATURE_INVALID' });
      if (clock.nowMs() >= Number(expires) * 1000) throw new CallError({ reason: 'URL_EXPIRED' });
      return fileOf(output, file);
    },

    async locate({ tenant, taskId, file }) {
      return fileOf((await find(tenant, taskId, file)).output, file);
    },
  };
}
