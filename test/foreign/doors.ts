import { request as httpRequest } from 'node:http';
import { RenderError } from '../../src/task/failure.js';
import { claimed, failed, succeeded } from '../../src/task/transitions.js';
import type { ApiUnderTest } from '../integration/api/api-under-test.js';
import { outputOf } from '../support/held-renderer.js';
import { newTask } from '../support/new-task.js';
import type { Row } from './rows.js';

/** What is compared of an answer. Ids and times, which are never the same twice, are replaced by words. */
export interface Answer {
  readonly status: number;
  readonly type: string | null;
  /** Parsed; a list of lines for a stream, text where it is no JSON. */
  readonly body: unknown;
}

const NOW_MS = Date.parse('2026-11-24T12:00:00Z');
let count = 0;

/** Sends a row's request to one door, with tasks of its own. */
export async function ask(url: string, under: ApiUnderTest, row: Row): Promise<Answer> {
  count += 1;
  const door = `door-${String(count).padStart(4, '0')}`;
  const names: Record<string, string> = { door };
  for (const state of ['queued', 'failed', 'done'] as const) {
    if (!row.target.includes(`{${state}}`) && !row.target.includes('{door}')) continue;
    names[state] = `${door}-${state}`;
    await store(under, names[state], state, door);
  }
  const target = row.target.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole);
  const { status, type, text } = await send(url + target, row);
  return { status, type, body: parse(neutral(text, door)) };
}

async function store(under: ApiUnderTest, id: string, state: 'queued' | 'failed' | 'done', door: string): Promise<void> {
  await under.store.insert(newTask({ id, nowMs: NOW_MS, labels: { door } }), JSON.stringify({ montage: { materials: [{ uri: 'a.mp4' }] } }));
  if (state === 'queued') return;
  await under.change(id, (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: NOW_MS }));
  await under.change(id, (task) => {
    if (state === 'done') return succeeded(task, { outputs: [outputOf({ key: { tenant: 'default', id }, fence: 1, attemptId: 'a' })], warnings: [] }, NOW_MS);
    return failed(task, new RenderError('INPUT_NOT_MEDIA', 'this is no video', { field: 'spec.montage.materials[0].uri' }).failure, NOW_MS);
  });
}

/** Not by fetch, which chooses headers of its own. */
function send(url: string, { method = 'GET', body, headers = {} }: Row): Promise<{ status: number; type: string | null; text: string }> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest(url, { method, headers: { ...length, ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? null, text: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

function neutral(text: string, door: string): string {
  return text
    .replaceAll(door, 'DOOR')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
    .replace(/"\d{4}-\d\d-\d\dT[0-9:.]+Z"/g, '"TIME"')
    .replace(/expires=\d+&signature=[\w-]+/g, 'SIGNED')
    .replace(/("etag": ?"(?:\\"|[^"])*?)[0-9a-f]{16,}/g, '$1ETAG')
    .replace(/("nextPageToken": ?")[^"]+/g, '$1TOKEN');
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
