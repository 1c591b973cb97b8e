import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a bucket does instead of answering as it should. */
export type S3Fault =
  /** An error without having done anything. */
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  /** Half of the body comes or goes, then the connection is cut. */
  | { readonly kind: 'half' }
  /** One byte of the body is another. */
  | { readonly kind: 'corrupt' }
  /** Of a read half of the body comes, of another request nothing is done; then nothing more, for so long. */
  | { readonly kind: 'stall'; readonly ms: number };

/** A server that speaks as much of S3 as the service asks of it: objects by PUT, in parts, ranges, lists. It believes every signature. */
export interface MemoryS3 {
  readonly endpoint: string;
  readonly objects: ReadonlyMap<string, { readonly bytes: Buffer }>;
  /** Asked at each request; null: it is answered. */
  fault: (request: { readonly method: string; readonly path: string }) => S3Fault | null;
  /** How many requests had a fault, by kind. */
  readonly faults: ReadonlyMap<string, number>;
  close(): void;
}

interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly storedMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

interface Parts {
  readonly headers: Stored['headers'];
  readonly bytes: Map<number, Buffer>;
}

const escape = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const md5 = (bytes: Buffer) => createHash('md5').update(bytes);

export async function startMemoryS3(): Promise<MemoryS3> {
  const objects = new Map<string, Stored>();
  const uploads = new Map<string, Parts>();
  const faults = new Map<string, number>();
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    const url = new URL(request.url ?? '/', 'http://s3');
    // The first part is the bucket.
    const path = decodeURIComponent(url.pathname);
    const fault = s3.fault({ method, path });
    if (fault) faults.set(fault.kind, (faults.get(fault.kind) ?? 0) + 1);
    if (fault?.kind === 'half' && method === 'PUT') {
      await once(request, 'data');
      request.destroy();
      return;
    }
    const body = await bodyOf(request);
    if (fault?.kind === 'status') {
      refuse(response, fault.status, fault.code);
      return;
    }
    if (fault?.kind === 'stall' && method !== 'GET') {
      await new Promise((resolve) => setTimeout(resolve, fault.ms).unref());
      refuse(response, 503, 'SlowDown');
      return;
    }
    if (fault?.kind === 'corrupt' && method === 'PUT' && body.length > 0) body[0] = ~body[0]!;
    if (url.searchParams.has('list-type')) list(url, path.split('/')[1] ?? '', response);
    else if (method === 'GET' || method === 'HEAD') await read(request, url, { response, fault });
    else write(request, { url, path, body }, response);
  }

  function write(
    { method, headers }: IncomingMessage,
    { url, path, body }: { readonly url: URL; readonly path: string; readonly body: Buffer },
    response: ServerResponse,
  ): void {
    const claimed = headers['content-md5'];
    if (claimed !== undefined && claimed !== md5(body).digest('base64')) {
      refuse(response, 400, 'BadDigest');
      return;
    }
    const [uploadId, part] = [url.searchParams.get('uploadId'), url.searchParams.get('partNumber')];
    const etag = `"${md5(body).digest('hex')}"`;
    if (method === 'POST' && uploadId === null) {
      const id = randomUUID();
      uploads.set(id, { headers: keptOf(headers), bytes: new Map() });
      response.end(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    } else if (uploadId !== null && !uploads.has(uploadId)) refuse(response, 404, 'NoSuchUpload');
    else if (method === 'PUT' && uploadId !== null) {
      uploads.get(uploadId)!.bytes.set(Number(part), body);
      response.writeHead(200, { etag }).end();
    } else if (method === 'POST' && uploadId !== null) {
      const { bytes, headers: kept } = uploads.get(uploadId)!;
      const whole = Buffer.concat([...bytes].sort(([a], [b]) => a - b).map(([, each]) => each));
      const tag = `"${randomUUID().replaceAll('-', '')}-${bytes.size}"`;
      objects.set(path, { bytes: whole, etag: tag, storedMs: Date.now(), headers: kept });
      uploads.delete(uploadId);
      response.end(`<CompleteMultipartUploadResult><ETag>${escape(tag)}</ETag></CompleteMultipartUploadResult>`);
    } else if (method === 'PUT' && headers['if-none-match'] !== undefined && objects.has(path))
      refuse(response, 412, 'PreconditionFailed');
    else if (method === 'PUT') {
      objects.set(path, { bytes: body, etag, storedMs: Date.now(), headers: keptOf(headers) });
      response.writeHead(200, { etag }).end();
    } else {
      if (uploadId === null) objects.delete(path);
      else uploads.delete(uploadId);
      response.writeHead(204).end();
    }
  }

  async function read(
    { method, headers }: IncomingMessage,
    url: URL,
    { response, fault }: { readonly response: ServerResponse; readonly fault: S3Fault | null },
  ): Promise<void> {
    const found = objects.get(decodeURIComponent(url.pathname));
    if (!found) {
      refuse(response, 404, method === 'HEAD' ? '' : 'NoSuchKey');
      return;
    }
    const condition = headers['if-match'];
    if (condition !== undefined && condition !== '*' && condition !== found.etag) {
      refuse(response, 412, 'PreconditionFailed');
      return;
    }
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
    const bytes = Buffer.from(
      found.bytes.subarray(Number(from ?? 0), to === undefined || to === '' ? undefined : Number(to) + 1),
    );
    if (fault?.kind === 'corrupt' && bytes.length > 0) bytes[bytes.length >> 1] = ~bytes[bytes.length >> 1]!;
    response.writeHead(from === undefined ? 200 : 206, {
      ...{ etag: found.etag, 'content-length': bytes.length, 'last-modified': new Date(found.storedMs).toUTCString() },
      ...found.headers,
      ...wantedOf(url),
    });
    if (method === 'HEAD') response.end();
    else if (fault?.kind === 'half' || fault?.kind === 'stall') {
      response.write(bytes.subarray(0, bytes.length >> 1));
      // Otherwise the rest may overtake the cut.
      await new Promise((resolve) => setTimeout(resolve, fault.kind === 'stall' ? fault.ms : 20).unref());
      response.destroy();
    } else response.end(bytes);
  }

  function list({ searchParams }: URL, bucket: string, response: ServerResponse): void {
    const prefix = searchParams.get('prefix') ?? '';
    const keys = [...objects.keys()]
      .map((path) => path.slice(bucket.length + 2))
      .filter((key) => key.startsWith(prefix));
    const contents = keys.sort().map((key) => {
      const { bytes, etag, storedMs } = objects.get(`/${bucket}/${key}`)!;
      const time = new Date(storedMs).toISOString();
      return `<Contents><Key>${escape(key)}</Key><Size>${bytes.length}</Size><ETag>${escape(etag)}</ETag><LastModified>${time}</LastModified></Contents>`;
    });
    response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const s3: MemoryS3 = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ objects, faults },
    fault: () => null,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return s3;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The headers that come back with the object. */
function keptOf(headers: IncomingMessage['headers']): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-') || name === 'content-type');
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/** Headers that a URL asks for. */
function wantedOf({ searchParams }: URL): Record<string, string> {
  const names = ['content-type', 'content-disposition'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = searchParams.get(`response-${name}`);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status).end(code === '' ? undefined : `<Error><Code>${code}</Code></Error>`);
}
