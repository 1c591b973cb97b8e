import { Metadata } from 'nice-grpc';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { CallOrigin } from '../../../src/api/chain/call.js';
import { callCounts } from '../../../src/api/chain/call-counts.js';
import { allowAnyone } from '../../../src/api/chain/authenticate.js';
import { pulled } from '../../../src/api/chain/stream.js';
import { createChain } from '../../../src/api/chain/chain.js';
import { createCallMetrics } from '../../../src/observability/metrics-calls.js';
import { samplesOf } from '../../support/prometheus-text.js';

const origin: CallOrigin = {
  metadata: Metadata(),
  peer: 'test',
  header: Metadata(),
  trailer: Metadata(),
  signal: new AbortController().signal,
};
const labels = 'grpc_type="server_stream",grpc_service="a.b.C",grpc_method="WatchTask"';

/** A watcher that takes one message and part of the next, and is then left by the server. */
async function watchAndLeave({ wasCut }: { wasCut: boolean }) {
  const registry = new Registry();
  let timeMs = 1_000;
  let closed = false;
  const chain = createChain({
    authenticate: allowAnyone,
    observers: [callCounts(createCallMetrics(registry))],
    drain: new AbortController().signal,
    monotonicMs: () => timeMs,
    baseUrl: () => 'http://h',
    wasCut: () => wasCut,
  });
  const left = ['second'];
  const messages = pulled<string>((sink) =>
    chain.stream(
      { path: '/a.b.C/WatchTask', access: 'open', request: {}, origin },
      (_, into) => {
        queueMicrotask(() => {
          into.send('first');
        });
        return {
          taken: () => {
            for (const message of left.splice(0)) into.send(message);
          },
          cancel: () => {
            closed = true;
          },
        };
      },
      sink,
    ),
  );
  expect(await messages.next()).toEqual({ done: false, value: 'first' });
  expect(await messages.next()).toEqual({ done: false, value: 'second' });
  timeMs = 3_500;
  await messages.return();
  expect(closed).toBe(true);
  return samplesOf(await registry.metrics());
}

describe('the metrics of a stream', () => {
  it('count the messages before the caller left, and the time until then', async () => {
    expect(await watchAndLeave({ wasCut: false })).toMatchObject({
      [`grpc_server_handled_total{${labels},grpc_code="Canceled"}`]: 1,
      [`grpc_server_msg_received_total{${labels}}`]: 1,
      [`grpc_server_msg_sent_total{${labels}}`]: 1,
      [`grpc_server_handling_seconds_sum{${labels}}`]: 2.5,
      cutroom_watchers: 0,
    });
  });

  it('have the status with which the server cut the stream', async () => {
    const samples = await watchAndLeave({ wasCut: true });
    expect(Object.keys(samples).filter((name) => name.startsWith('grpc_server_handled_total'))).toEqual([
      `grpc_server_handled_total{${labels},grpc_code="ResourceExhausted"}`,
    ]);
  });
});
