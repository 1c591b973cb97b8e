import { request as httpRequest } from 'node:http';
import { RenderError } from '../../src/task/failure.js';
import { claimed, failed, succeeded } from '../../src/task/lifecycle.js';
import type { ApiUnderTest } from '../integration/api/api-under-test.js';
import { outputOf } from '../support/paused-renderer.js';
import { newTask } from '../support/new-task.js';
import type { Row } from './rows.js';

/** What is compared of an answer. Ids and times, which are never the same twice, are replaced by words. */
export interface Answer {
  readonly status: number;
  readonly type: string | null;
  /** What came as response metadata, by header. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Parsed; a list of lines for a stream, text where it is no JSON. */
  readonly body: unknown;
}

/** A gateway also passes on the headers of the connection behind it; the JSON API has none. */
const OF_THE_CONNECTION = ['content-type', 'date', 'grpc-accept-encoding', 'grpc-encoding'].map(
  (name) => `grpc-metadata-${name}`,
);
const NOW_MS = Date.parse('2026-11-24T12:00:00Z');
let count = 0;

/** Sends a row's request over one transport, with tasks of its own. */
export async function ask(url: string, under: ApiUnderTest, row: Row): Promise<Answer> {
  count += 1;
  const transport = `transport-${String(count).padStart(4, '0')}`;
  const names: Record<string, string> = { transport };
  for (const state of ['queued', 'failed', 'done'] as const) {
    if (!row.target.includes(`{${state}}`) && !row.target.includes('{transport}')) continue;
    names[state] = `${transport}-${state}`;
    await store(under, names[state], state, transport);
  }
  const target = row.target.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole);
  const { status, headers, text } = await send(url + target, row);
  return {
    status,
    type: headers['content-type'] ?? null,
    metadata: metadataIn(headers),
    body: parse(neutral(JSON.stringify(parse(text)), transport)),
  };
}

async function store(
  under: ApiUnderTest,
  id: string,
  state: 'queued' | 'failed' | 'done',
  transport: string,
): Promise<void> {
  await under.store.insert(
    newTask({ id, nowMs: NOW_MS, labels: { transport } }),
    JSON.stringify({ montage: { materials: [{ uri: 'a.mp4' }] } }),
  );
  if (state === 'queued') return;
  await under.change(id, (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: NOW_MS }));
  await under.change(id, (task) => {
    if (state === 'done')
      return succeeded(
        task,
        { outputs: [outputOf({ key: { tenant: 'default', id }, fence: 1, attemptId: 'a' })], warnings: [] },
        NOW_MS,
      );
    return failed(
      task,
      new RenderError('INPUT_NOT_MEDIA', 'this is no video', { field: 'spec.montage.materials[0].uri' }).failure,
      NOW_MS,
    );
  });
}

/** The response metadata among the headers. */
export function metadataIn(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('grpc-metadata-') && !OF_THE_CONNECTION.includes(name)),
  );
}

interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Not by fetch, which chooses headers of its own. */
export function send(url: string, { method = 'GET', body, headers = {} }: Omit<Row, 'name' | 'target'>): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest(url, { method, headers: { ...length, ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const names = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(names) as Record<string, string>,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

function neutral(text: string, transport: string): string {
  return text
    .replaceAll(transport, 'TRANSPORT')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
    .replace(/"\d{4}-\d\d-\d\dT[0-9:.]+Z"/g, '"TIME"')
    .replace(/expires=\d+&signature=[\w-]+/g, 'SIGNED')
    .replace(/("nextPageToken":")[^"]+/g, '$1TOKEN');
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    const lines = text.split('\n').filter((line) => line !== '');
    try {
      return lines.map((line) => JSON.parse(line) as unknown);
    } catch {
      return text;
    }
  }
}
