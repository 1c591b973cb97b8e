import { createChannel, createClientFactory } from 'nice-grpc';
import { type TaskServiceClient, TaskServiceDefinition } from '../../generated/cutroom/v1/task_service.js';
import type { GlobalOptions } from './cli-context.js';
import { credentialsOf, PLAIN, tokenMiddleware } from './connection.js';
import { rpcErrorMiddleware } from './rpc-error.js';

/**
 * Calls `use` with a client of the server at `address` and closes the connection afterwards. Nothing is sent before
 * the first call. Unary calls end with DEADLINE_EXCEEDED after `timeoutMs`; every error status is thrown as an RpcError.
 */
export async function withClient<T>(
  options: Pick<GlobalOptions, 'address' | 'timeoutMs'> & Partial<Pick<GlobalOptions, 'connection'>>,
  use: (client: TaskServiceClient) => Promise<T>,
): Promise<T> {
  const connection = options.connection ?? PLAIN;
  const token = await tokenMiddleware(connection);
  const channel = createChannel(options.address, await credentialsOf(connection), {
    'grpc.service_config': JSON.stringify(serviceConfig(options.timeoutMs)),
    // The proxy variables are meant for the web; a render service is in the same network.
    'grpc.enable_http_proxy': 0,
    // By default a channel waits up to two minutes before it tries a lost server again; `followTask` does its own backing off.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
  });
  try {
    const factory = createClientFactory().use(rpcErrorMiddleware);
    return await use((token === null ? factory : factory.use(token)).create(TaskServiceDefinition, channel));
  } finally {
    channel.close();
  }
}

/** The deadline is set here, not by a timer of ours, so that the server learns of it too. */
function serviceConfig(timeoutMs: number): object {
  const unary = Object.values(TaskServiceDefinition.methods).filter((method) => !method.responseStream);
  return {
    methodConfig: [
      {
        name: unary.map((method) => ({ service: TaskServiceDefinition.fullName, method: method.name })),
        // Nine digits: grpc-js 1.14 reads the fraction as a number of nanoseconds, so that of 0.2s as 2 ns.
        timeout: `${(timeoutMs / 1000).toFixed(9)}s`,
      },
    ],
  };
}
