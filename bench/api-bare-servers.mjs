/**
 * What the API is measured against: the same messages from a nice-grpc server that does nothing, and the same JSON from a node:http
 * handler that has it ready. Started by api.mjs with the answers in a message; sends back its addresses.
 */
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'nice-grpc';
import { Task } from '../dist/generated/cutroom/v1/task.js';
import { TaskServiceDefinition } from '../dist/generated/cutroom/v1/task_service.js';

process.once('message', async ({ task, json }) => {
  const answer = Task.decode(Buffer.from(task, 'base64'));
  const unary = async () => answer;
  const { submitTask, getTask } = TaskServiceDefinition.methods;
  const grpc = createServer();
  grpc.add({ ...TaskServiceDefinition, methods: { submitTask, getTask } }, { submitTask: unary, getTask: unary });
  const grpcPort = await grpc.listen('127.0.0.1:0');

  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
  const http = createHttpServer((_, response) => {
    response.writeHead(200, headers);
    response.end(json);
  });
  http.listen(0, '127.0.0.1', () => {
    process.send({ grpc: `127.0.0.1:${grpcPort}`, http: `127.0.0.1:${http.address().port}` });
  });
});
process.once('disconnect', () => process.exit());
