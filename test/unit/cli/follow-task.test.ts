import { afterEach, describe, expect, it } from 'vitest';
import { Status } from 'nice-grpc';
import { Task_State } from '../../../generated/cutroom/v1/task.js';
import type { TaskServiceImplementation } from '../../../generated/cutroom/v1/task_service.js';
import { RetryInfo } from '../../../generated/google/rpc/error_details.js';
import { withClient } from '../../../src/cli/client.js';
import { followTask, type FollowOptions } from '../../../src/cli/follow-task.js';
import { RpcError } from '../../../src/cli/rpc-error.js';
import { failWith, type FakeServer, startFakeServer, task } from './cli-harness.js';

const { RUNNING, SUCCEEDED } = Task_State;
const event = (revision: bigint, state: Task_State) => ({
  event: { $case: 'task' as const, value: task({ revision, state }) },
});

const servers: FakeServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function serve(watchTask: TaskServiceImplementation['watchTask'], port = 0): Promise<FakeServer> {
  const server = await startFakeServer({ watchTask }, port);
  servers.push(server);
  return server;
}

async function follow(address: string, options: Partial<FollowOptions> = {}): Promise<bigint[]> {
  return withClient({ address, timeoutMs: 5000 }, async (client) => {
    const revisions: bigint[] = [];
    const signal = new AbortController().signal;
    for await (const { revision } of followTask(client, 'tasks/t1', { signal, backoffMs: 5, ...options }))
      revisions.push(revision);
    return revisions;
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

describe('followTask', () => {
  it('yields every event up to the terminal one, without heartbeats', async () => {
    const server = await serve(async function* () {
      yield event(1n, RUNNING);
      yield { event: { $case: 'heartbeat', value: {} } };
      yield event(2n, SUCCEEDED);
    });
    expect(await follow(server.address)).toEqual([1n, 2n]);
  });

  it('continues after the last revision when the server drains, and when a stream ends too early', async () => {
    const asked: (bigint | undefined)[] = [];
    const server = await serve(async function* ({ afterRevision }, context) {
      asked.push(afterRevision);
      if (asked.length === 1) {
        yield event(1n, RUNNING);
        failWith(context, Status.UNAVAILABLE, 'draining');
      } else if (asked.length === 2) {
        yield event(3n, RUNNING);
      } else {
        yield event(4n, SUCCEEDED);
      }
    });
    const lost: string[] = [];
    const revisions = await follow(server.address, { onLost: (error) => lost.push(error.message) });
    expect(revisions).toEqual([1n, 3n, 4n]);
    expect(asked).toEqual([undefined, 1n, 3n]);
    expect(lost).toEqual(['draining', 'the stream ended before the task did']);
  });

  it('waits at least as long as the server asks', async () => {
    let calls = 0;
    const server = await serve(async function* (_, context) {
      calls += 1;
      yield calls > 1 ? event(2n, SUCCEEDED) : event(1n, RUNNING);
      if (calls > 1) return;
      const value = Buffer.from(RetryInfo.encode({ retryDelay: { seconds: 0n, nanos: 300_000_000 } }).finish());
      failWith(context, Status.UNAVAILABLE, 'draining', [
        { typeUrl: 'type.googleapis.com/google.rpc.RetryInfo', value },
      ]);
    });
    const startedMs = performance.now();
    expect(await follow(server.address)).toEqual([1n, 2n]);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(295);
  });

  it('reconnects to a server that was restarted on the same port', async () => {
    const first = await serve(async function* (_, context) {
      yield event(1n, RUNNING);
      await aborted(context.signal);
    });
    const secondAsked: (bigint | undefined)[] = [];
    const restart = async (): Promise<void> => {
      first.stop();
      await serve(async function* ({ afterRevision }) {
        secondAsked.push(afterRevision);
        yield event(2n, SUCCEEDED);
      }, first.port);
    };
    const revisions = await withClient({ address: first.address, timeoutMs: 5000 }, async (client) => {
      const seen: bigint[] = [];
      for await (const { revision } of followTask(client, 'tasks/t1', {
        signal: new AbortController().signal,
        backoffMs: 20,
      })) {
        seen.push(revision);
        if (revision === 1n) await restart();
      }
      return seen;
    });
    expect(revisions).toEqual([1n, 2n]);
    expect(secondAsked).toEqual([1n]);
  });

  it('treats a silent stream as dead', async () => {
    let calls = 0;
    const server = await serve(async function* (_, context) {
      calls += 1;
      yield calls > 1 ? event(2n, SUCCEEDED) : event(1n, RUNNING);
      if (calls > 1) return;
      await aborted(context.signal);
    });
    expect(await follow(server.address, { silenceMs: 200 })).toEqual([1n, 2n]);
  });

  it('throws the last error when the server stays away', async () => {
    const server = await serve(async function* (_, context) {
      yield event(1n, RUNNING);
      await aborted(context.signal);
    });
    const watching = withClient({ address: server.address, timeoutMs: 5000 }, async (client) => {
      const options = { signal: new AbortController().signal, backoffMs: 5, giveUpAfterMs: 200 };
      for await (const { revision } of followTask(client, 'tasks/t1', options)) {
        expect(revision).toBe(1n);
        server.stop();
      }
    });
    await expect(watching).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  });

  it('does not retry a server that was never reached, or a final error', async () => {
    const server = await serve(async function* (_, context) {
      yield event(1n, RUNNING);
      failWith(context, Status.NOT_FOUND, 'gone');
    });
    await expect(follow(server.address)).rejects.toMatchObject({ code: Status.NOT_FOUND });
    server.stop();
    const lost: RpcError[] = [];
    await expect(follow(server.address, { onLost: (error) => lost.push(error) })).rejects.toBeInstanceOf(RpcError);
    expect(lost).toEqual([]);
  });

  it('ends at once when its signal is aborted, and cancels the call', async () => {
    const interrupt = new AbortController();
    let serverSawTheEnd: () => void;
    const ended = new Promise<void>((resolve) => (serverSawTheEnd = resolve));
    const server = await serve(async function* (_, context) {
      context.signal.addEventListener('abort', () => {
        serverSawTheEnd();
      });
      yield event(1n, RUNNING);
      interrupt.abort(new Error('interrupted'));
      await ended;
    });
    await expect(follow(server.address, { signal: interrupt.signal })).rejects.toThrow('interrupted');
    await ended;
  });
});
