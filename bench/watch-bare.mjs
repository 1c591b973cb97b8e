/** A grpc-js server that does nothing but fan out: its streams begin with a task, and end with another when CancelTask is called. */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { Task } from '../dist/generated/cutroom/v1/task.js';
import { TaskEvent, TaskServiceDefinition } from '../dist/generated/cutroom/v1/task_service.js';

const asIs = (bytes) => bytes;
const rpc = (name, responseStream) => ({
  path: `/${TaskServiceDefinition.fullName}/${name}`,
  requestStream: false,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
});
const task = Buffer.from(Task.encode(Task.decode(new Uint8Array())).finish());
const open = new Set();
/** Sizes of the first and the last event of the service: a smaller one would let a reader have all of them before the first stream ends. */
let sizes = [0, 0];
const eventOf = (state) => {
  const encode = (etag) =>
    Buffer.from(TaskEvent.encode({ event: { $case: 'task', value: { ...Task.decode(task), state, etag } } }).finish());
  const missing = sizes[state === 1 ? 0 : 1] - encode('').length;
  return encode('x'.repeat(Math.max(0, missing)));
};
let first = eventOf(1);

const server = new Server({ 'grpc.max_concurrent_streams': 100_000 });
server.addService(
  { submit: rpc('SubmitTask', false), watch: rpc('WatchTask', true), cancel: rpc('CancelTask', false) },
  {
    submit: (_, callback) => callback(null, task),
    watch: (call) => {
      call.write(first);
      open.add(call);
      call.on('cancelled', () => open.delete(call));
    },
    cancel: (_, callback) => {
      callback(null, task);
      const last = eventOf(5);
      for (const call of open) {
        call.write(last);
        call.end();
      }
      open.clear();
    },
  },
);
process.on('message', (message) => {
  if (message.sizes) {
    sizes = message.sizes;
    first = eventOf(1);
    process.send({});
    return;
  }
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_, port) => {
    process.send({ address: `127.0.0.1:${port}` });
  });
});
process.once('disconnect', () => process.exit());
