import { join } from 'node:path';
import {
  type ChannelCredentials,
  type Client,
  type ClientReadableStream,
  credentials,
  type GrpcObject,
  loadPackageDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

type Message = Record<string, unknown>;
type UnaryMethod = (request: Message, callback: (error: ServiceError | null, answer?: Message) => void) => void;

const proto = join(import.meta.dirname, '../../proto');
const options = { keepCase: true, longs: String, enums: String, defaults: false, oneofs: true, includeDirs: [proto] };
const definitions = loadSync(
  ['cutroom/v1/task_service.proto', 'google/rpc/status.proto', 'google/rpc/error_details.proto'],
  options,
);

/** An error as a client sees it that knows the protos and none of our code. */
export interface ForeignError {
  readonly code: number;
  readonly message: string;
  /** By message name, such as `google.rpc.BadRequest`. */
  readonly details: Record<string, Message>;
}

/** A client of grpc-js and proto-loader: it shares no generated code with the server. */
export interface ForeignClient {
  call(method: string, request: Message): Promise<Message>;
  watch(request: Message): ClientReadableStream<Message>;
  close(): void;
}

/** @param security of the connection; default: none */
export function connect(address: string, security: ChannelCredentials = credentials.createInsecure()): ForeignClient {
  const root = loadPackageDefinition(definitions) as unknown as {
    cutroom: { v1: { TaskService: new (...args: unknown[]) => Client } };
  };
  const client = new root.cutroom.v1.TaskService(address, security, {
    'grpc.use_local_subchannel_pool': 1,
  });
  const methods = client as unknown as Record<string, UnaryMethod>;
  return {
    call: (method, request) =>
      new Promise((resolve, reject) => {
        methods[method]!.call(client, request, (error, answer) => {
          if (error) reject(error);
          else resolve(answer!);
        });
      }),
    watch: (request) =>
      (client as unknown as { WatchTask(r: Message): ClientReadableStream<Message> }).WatchTask(request),
    close: () => {
      client.close();
    },
  };
}

/** Waits for a call to fail, and decodes the details of its status. */
export async function failureOf(call: Promise<unknown>): Promise<ForeignError> {
  const error = await call.then(
    () => null,
    (e: unknown) => e as ServiceError,
  );
  if (!error) throw new Error('the call did not fail');
  return decodeError(error);
}

export function decodeError(error: ServiceError): ForeignError {
  const details: Record<string, Message> = {};
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  if (Buffer.isBuffer(bytes)) {
    const status = decode('google.rpc.Status', bytes) as {
      code: number;
      details: { type_url: string; value: Buffer }[];
    };
    for (const any of status.details) {
      const name = any.type_url.replace('type.googleapis.com/', '');
      details[name] = decode(name, any.value);
    }
  }
  return { code: error.code, message: error.details, details };
}

function decode(typeName: string, bytes: Buffer): Message {
  const type = definitions[typeName] as unknown as { deserialize(bytes: Buffer): Message } & GrpcObject;
  return type.deserialize(bytes);
}
