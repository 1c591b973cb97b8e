/** Opens so many streams on a task, and measures how long that takes; at the next message it cancels the task, and measures how long until each stream has heard of it. */
import { Client, credentials } from '@grpc/grpc-js';
import {
  CancelTaskRequest,
  SubmitTaskRequest,
  TaskServiceDefinition,
  WatchTaskRequest,
} from '../dist/generated/cutroom/v1/task_service.js';
import { Task } from '../dist/generated/cutroom/v1/task.js';

const asIs = (bytes) => bytes;
const path = (name) => `/${TaskServiceDefinition.fullName}/${name}`;
const CONNECTIONS = 10;

let proceed = null;

process.on('message', (message) => {
  if (message.grpc === undefined) proceed();
  else void round(message);
});

async function round({ grpc, watchers }) {
  const clients = Array.from(
    { length: CONNECTIONS },
    () => new Client(grpc, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
  );
  const call = (name, bytes) =>
    new Promise((resolve, reject) => {
      clients[0].makeUnaryRequest(path(name), asIs, asIs, Buffer.from(bytes), (error, value) =>
        error ? reject(error) : resolve(value),
      );
    });
  const montage = { materials: [{ uri: 'still.png' }] };
  const { name } = Task.decode(
    await call(
      'SubmitTask',
      SubmitTaskRequest.encode(
        SubmitTaskRequest.fromPartial({ spec: { kind: { $case: 'montage', value: montage } } }),
      ).finish(),
    ),
  );
  const request = Buffer.from(WatchTaskRequest.encode({ name, afterRevision: undefined }).finish());
  let heard = 0;
  const sizes = [0, 0];
  let allHeard;
  const times = [];
  let cancelledAtMs = Infinity;
  const openedAtMs = performance.now();
  const everyone = new Promise((resolve) => (allHeard = resolve));
  const ends = Array.from(
    { length: watchers },
    (_, n) =>
      new Promise((resolve, reject) => {
        let isFirst = true;
        const stream = clients[n % CONNECTIONS].makeServerStreamRequest(path('WatchTask'), asIs, asIs, request);
        stream.on('data', (bytes) => {
          sizes[isFirst ? 0 : 1] = bytes.length;
          if (isFirst && ++heard === watchers) allHeard();
          if (!isFirst) times.push(performance.now() - cancelledAtMs);
          isFirst = false;
        });
        stream.on('end', resolve).on('error', reject);
      }),
  );
  await everyone;
  process.send({ openMs: performance.now() - openedAtMs });
  await new Promise((resolve) => (proceed = resolve));
  cancelledAtMs = performance.now();
  await Promise.all([call('CancelTask', CancelTaskRequest.encode({ name }).finish()), ...ends]);
  times.sort((a, b) => a - b);
  for (const client of clients) client.close();
  process.send({ p99Ms: times[Math.floor(times.length * 0.99)], sizes });
}
process.once('disconnect', () => process.exit());
