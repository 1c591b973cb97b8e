import { describe, expect, it } from 'vitest';
import { Task } from '../../../../generated/cutroom/v1/task.js';
import type { TaskEvent } from '../../../../generated/cutroom/v1/task_service.js';
import { heartbeatOf } from '../../../../src/api/service/task-printer.js';
import { type EventSource, streamResponse } from '../../../../src/api/http/gateway/event-stream.js';
import { createNdjson, createSse, type EventPrinter } from '../../../../src/api/http/gateway/stream-formats.js';
import { RpcError } from '../../../../src/api/rpc-error.js';
import { CallError } from '../../../../src/task/call-error.js';
import { statusOf } from '../../../../src/wire/status-mapping.js';

const event = (revision: bigint): TaskEvent => ({ event: { $case: 'task', value: Task.fromPartial({ revision }) } });
const printed: bigint[] = [];
const print: EventPrinter = {
  task: ({ revision }) => {
    printed.push(revision);
    return `{"revision":"${revision}"}`;
  },
  preview: ({ jpeg }) => `{"jpeg":"${jpeg.toString('base64')}"}`,
  heartbeat: ({ queuePlace }) => (queuePlace ? `{"queuePlace":{"position":${queuePlace.position}}}` : '{}'),
};
const draining = new RpcError(statusOf(new CallError({ reason: 'DRAINING' })), null);
const missing = new RpcError(statusOf(new CallError({ reason: 'TASK_NOT_FOUND', taskId: 'a' })), null);

it('tells where a queued task stands with each heartbeat', () => {
  const event = heartbeatOf({ position: 3, estimatedStartTimeMs: null });
  const place = '{"queuePlace":{"position":3}}';
  expect(createNdjson(print).event(event)).toBe(`{"result":{"heartbeat":${place}}}\n`);
  expect(createSse(print).event(event)).toBe(`event: heartbeat\ndata: ${place}\n\n`);
});

describe.each([
  ['lines', createNdjson, '{"result":{"task":{"revision":"7"}}}\n', '{"result":{"heartbeat":{}}}\n'],
  ['server-sent events', createSse, 'id: 7\ndata: {"revision":"7"}\n\n', ': heartbeat\n\n'],
])('the stream format %s', (_, create, line, heartbeat) => {
  it('prints an event once for all watchers', () => {
    printed.length = 0;
    const format = create(print);
    const seven = event(7n);
    const quiet = heartbeatOf(null);
    expect([format.event(seven), format.event(seven), format.event(quiet)]).toEqual([line, line, heartbeat]);
    expect(printed).toEqual([7n]);
  });
});

/** A call that yields these, and ends, waits for ever or fails. */
function source(
  events: readonly TaskEvent[],
  end: 'ends' | 'waits' | Error,
): EventSource<TaskEvent> & { readonly log: string[] } {
  const log: string[] = [];
  const closed = new AbortController();
  async function* generate(): AsyncGenerator<TaskEvent, void, undefined> {
    try {
      yield* events;
      if (end === 'waits')
        await new Promise<void>((resolve) => {
          closed.signal.addEventListener('abort', () => {
            resolve();
          });
        });
      if (end instanceof Error) throw end;
    } finally {
      log.push('over');
    }
  }
  const generator = generate();
  return {
    log,
    events: generator,
    cut: () => log.push('cut'),
    close: () => {
      closed.abort();
      void generator.return();
    },
  };
}

async function textOf(body: Awaited<ReturnType<typeof streamResponse>>['body']): Promise<string> {
  if (body.kind !== 'stream') throw new Error('no stream');
  let text = '';
  for (let piece = await body.stream.next(); piece !== null; piece = await body.stream.next()) text += piece;
  return text;
}

describe('an event stream', () => {
  it('sends its events to the end', async () => {
    const response = await streamResponse(
      source([event(1n), heartbeatOf(null), event(2n)], 'ends'),
      createNdjson(print),
    );
    expect(response).toMatchObject({ status: 200, headers: { 'x-accel-buffering': 'no' } });
    expect((await textOf(response.body)).split('\n')).toHaveLength(4);
  });

  it('ends with an error that comes after an event', async () => {
    const response = await streamResponse(source([event(1n)], draining), createNdjson(print));
    expect(
      (await textOf(response.body))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([{ result: {} }, { error: { code: 14 } }]);
  });

  it('answers with an error that comes before any event', async () => {
    const lines = await streamResponse(source([], missing), createNdjson(print));
    expect([lines.status, JSON.parse((lines.body as { text: string }).text)]).toMatchObject([
      404,
      { error: { code: 5 } },
    ]);
    const sse = await streamResponse(source([], missing), createSse(print));
    expect([sse.status, JSON.parse((sse.body as { text: string }).text)]).toMatchObject([404, { code: 5 }]);
  });

  it('does not refuse a browser that must come back', async () => {
    expect((await streamResponse(source([], draining), createNdjson(print))).status).toBe(503);
    expect((await streamResponse(source([], draining), createSse(print))).status).toBe(200);
  });

  it('is 200 as lines and 204 as server-sent events when it has no events', async () => {
    expect((await streamResponse(source([], 'ends'), createNdjson(print))).status).toBe(200);
    expect((await streamResponse(source([], 'ends'), createSse(print))).status).toBe(204);
  });

  it('opens without an event, and ends the call when it is closed unread', async () => {
    const call = source([], 'waits');
    const { body } = await streamResponse(call, createSse(print));
    if (body.kind !== 'stream') throw new Error('no stream');
    expect(await body.stream.next()).toMatch(/^: +\nretry: \d+\n\n$/);
    expect(call.log).toEqual([]);
    body.stream.close();
    expect(await body.stream.next()).toBeNull();
    expect(call.log).toEqual(['over']);
  });

  it('sends a reader that it cuts the reason, and reports the cut to the chain', async () => {
    const call = source([event(1n)], 'waits');
    const { body } = await streamResponse(call, createNdjson(print));
    if (body.kind !== 'stream') throw new Error('no stream');
    expect(JSON.parse(body.stream.cut())).toMatchObject({ error: { code: 8 } });
    expect(call.log).toEqual(['cut']);
    body.stream.close();
  });
});
