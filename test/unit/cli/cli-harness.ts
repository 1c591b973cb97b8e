import { Readable, Writable } from 'node:stream';
import { type CallContext, createServer, ServerError, Status } from 'nice-grpc';
import { Task, Task_State } from '../../../generated/cutroom/v1/task.js';
import { TaskServiceDefinition, type TaskServiceImplementation } from '../../../generated/cutroom/v1/task_service.js';
import { Status as RpcStatus } from '../../../generated/google/rpc/status.js';
import { runCli } from '../../../src/cli/program.js';

/** A real gRPC server that serves what a test needs of the contract; anything else is UNIMPLEMENTED. */
export async function startFakeServer(methods: Partial<TaskServiceImplementation>, port = 0): Promise<FakeServer> {
  const unimplemented = (): never => {
    throw new ServerError(Status.UNIMPLEMENTED, 'not part of this test');
  };
  const server = createServer();
  server.add(TaskServiceDefinition, {
    submitTask: unimplemented,
    getTask: unimplemented,
    watchTask: unimplemented,
    listTasks: unimplemented,
    cancelTask: unimplemented,
    retryTask: unimplemented,
    deleteTask: unimplemented,
    getCapabilities: unimplemented,
    probeMedia: unimplemented,
    redeliverEvents: unimplemented,
    createSigningSecret: unimplemented,
    listSigningSecrets: unimplemented,
    revokeSigningSecret: unimplemented,
    rotateUrlKey: unimplemented,
    createApiKey: unimplemented,
    listApiKeys: unimplemented,
    revokeApiKey: unimplemented,
    ...methods,
  });
  const bound = await server.listen(`127.0.0.1:${port}`);
  return {
    address: `127.0.0.1:${bound}`,
    port: bound,
    stop: () => {
      server.forceShutdown();
    },
  };
}

export interface FakeServer {
  readonly address: string;
  readonly port: number;
  stop(): void;
}

/** Ends a call as the service does: with a google.rpc.Status in the trailer. */
export function failWith(
  context: CallContext,
  code: Status,
  message: string,
  details: RpcStatus['details'] = [],
): never {
  context.trailer.set('grpc-status-details-bin', RpcStatus.encode({ code, message, details }).finish());
  throw new ServerError(code, message);
}

/** A task with what a test says of it. */
export function task(fields: Partial<Task>): Task {
  return Task.fromPartial({ name: 'tasks/t1', taskId: 't1', state: Task_State.QUEUED, revision: 1n, ...fields });
}

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, with streams that are no terminal unless `isTTY` says so. */
export async function cli(
  args: readonly string[],
  options: { stdin?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal; isTTY?: boolean } = {},
): Promise<CliRun> {
  const [stdout, stderr] = [sink(options.isTTY ?? false), sink(options.isTTY ?? false)];
  const exitCode = await runCli(args, {
    stdout: stdout.stream,
    stderr: stderr.stream,
    stdin: Readable.from([options.stdin ?? '']),
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function sink(isTTY: boolean): { stream: Writable & { isTTY: boolean; columns: number }; text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 80 }), text: () => chunks.join('') };
}
