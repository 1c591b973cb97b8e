import { createHmac, timingSafeEqual } from 'node:crypto';
import { CallError } from './call-error.js';
import { DEFAULT_TENANT } from './caller.js';
import type { Clock } from './ports/clock.js';
import type { OutputContent, OutputStore } from './ports/output-store.js';
import type { TaskStore } from './ports/task-store.js';
import type { Output, Task } from './task.js';
import type { UrlKeys } from './url-keys.js';

/** URLs end on a full hour, so that a poll a second later shows the same URL and caches can work. */
const EXPIRY_STEP_MS = 3_600_000;

/** How long a replica may go on to sign with a key after another one took its place, clocks that differ included. */
const ROTATION_SLACK_MS = 60_000;

/** How long a key must be accepted after its last use, for URLs that live at least `lifetimeMs`. */
export function longestLifeOf(lifetimeMs: number): number {
  return lifetimeMs + EXPIRY_STEP_MS + ROTATION_SLACK_MS;
}

/** Types of files that link to further files of their output, relative to themselves. */
const LINKING: ReadonlySet<string> = new Set(['application/vnd.apple.mpegurl']);

export interface OutputUrlOptions {
  readonly store: Pick<TaskStore, 'get'>;
  readonly outputs: OutputStore;
  readonly clock: Clock;
  readonly keys: Pick<UrlKeys, 'current' | 'accepted' | 'refresh'>;
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
  /** How much longer the URL is valid that named it; null: it was no signed URL. */
  readonly validForMs: number | null;
}

/** A query as a segment of a path, where `=` and `&` may stand as they are (RFC 3986, 3.3). */
function grantOf(query: URLSearchParams): string {
  return encodeURIComponent(query.toString()).replaceAll('%3D', '=').replaceAll('%26', '&');
}

export function createOutputUrls(options: OutputUrlOptions): OutputUrls {
  const { store, outputs, clock, keys } = options;

  function signature(key: Buffer, task: Task, output: Output, expires: string): Buffer {
    // The location has the fence in it: a URL of an earlier attempt does not open a later one's file.
    return createHmac('sha256', key).update([task.tenant, task.id, output.location, expires].join('\n')).digest();
  }

  async function isSigned(given: Buffer, task: Task, output: Output, expires: string): Promise<boolean> {
    const fits = (): boolean =>
      keys.accepted().some((key) => {
        const wanted = signature(key, task, output, expires);
        return given.length === wanted.length && timingSafeEqual(given, wanted);
      });
    if (fits()) return true;
    // Another replica may have made a new key, a moment ago.
    await keys.refresh();
    return fits();
  }

  async function find(tenant: string, taskId: string, file: string): Promise<{ task: Task; output: Output }> {
    const task = await store.get({ tenant, id: taskId });
    const output = task?.outputs.find(({ key, parts = [] }) => key === file || parts.some(({ name }) => name === file));
    if (!task || !output) throw new CallError({ reason: 'OUTPUT_NOT_FOUND' });
    return { task, output };
  }

  async function fileOf(output: Output, file: string, validForMs: number | null): Promise<OutputFile> {
    const part = output.parts?.find(({ name }) => name === file);
    const content = await outputs.open(output.location, part?.name);
    if (content === null) throw new CallError({ reason: 'OUTPUT_NOT_FOUND' });
    return { content, contentType: (part ?? output).contentType ?? 'video/mp4', validForMs };
  }

  return {
    sign(task, output, baseUrl, part) {
      const expiresMs = Math.ceil((clock.nowMs() + options.lifetimeMs) / EXPIRY_STEP_MS) * EXPIRY_STEP_MS;
      const expires = String(expiresMs / 1000);
      const query = new URLSearchParams({ expires });
      if (task.tenant !== DEFAULT_TENANT) query.set('tenant', task.tenant);
      query.set('signature', signature(keys.current(), task, output, expires).toString('base64url'));
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
      if (!(await isSigned(given, task, output, expires))) throw new CallError({ reason: 'URL_SIGNATURE_INVALID' });
      const validForMs = Number(expires) * 1000 - clock.nowMs();
      if (validForMs <= 0) throw new CallError({ reason: 'URL_EXPIRED' });
      return fileOf(output, file, validForMs);
    },

    async locate({ tenant, taskId, file }) {
      return fileOf((await find(tenant, taskId, file)).output, file, null);
    },
  };
}
