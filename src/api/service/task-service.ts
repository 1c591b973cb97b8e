import { type MessageFns, TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import type { Scope } from '../../task/caller.js';
import type { OutputUrls } from '../../task/output-urls.js';
import { type ApiKeyUseCases, NO_API_KEYS } from '../../task/use-cases/api-keys.js';
import type { SigningSecretUseCases } from '../../task/use-cases/signing-secrets.js';
import type { UrlKeys } from '../../task/url-keys.js';
import type { TaskUseCases } from '../../task/use-cases/task-use-cases.js';
import type { EngineFacts } from '../../wire/print-capabilities.js';
import { submitRequestType } from '../../wire/submit-request-type.js';
import type { MethodContext } from '../chain/call.js';
import type { OpenInto } from '../chain/stream.js';
import { type MethodDeps, type MethodKey, type MethodName, type Methods, pathOf } from './method.js';
import { cancelTask } from './methods/cancel-task.js';
import { createApiKey } from './methods/create-api-key.js';
import { listApiKeys } from './methods/list-api-keys.js';
import { revokeApiKey } from './methods/revoke-api-key.js';
import { createSigningSecret } from './methods/create-signing-secret.js';
import { listSigningSecrets } from './methods/list-signing-secrets.js';
import { redeliverEvents } from './methods/redeliver-events.js';
import { revokeSigningSecret } from './methods/revoke-signing-secret.js';
import { deleteTask } from './methods/delete-task.js';
import { getCapabilities } from './methods/get-capabilities.js';
import { getTask } from './methods/get-task.js';
import { listTasks } from './methods/list-tasks.js';
import { probeMedia } from './methods/probe-media.js';
import { retryTask } from './methods/retry-task.js';
import { rotateUrlKey } from './methods/rotate-url-key.js';
import { submitTask } from './methods/submit-task.js';
import { watchTask } from './methods/watch-task.js';
import { createTaskPrinter } from './task-printer.js';

const METHODS: Methods = {
  submitTask,
  getTask,
  watchTask,
  listTasks,
  cancelTask,
  retryTask,
  redeliverEvents,
  deleteTask,
  getCapabilities,
  probeMedia,
  createApiKey,
  listApiKeys,
  revokeApiKey,
  createSigningSecret,
  listSigningSecrets,
  revokeSigningSecret,
  rotateUrlKey,
};

/** Decoders that replace generated ones. */
const REQUEST_TYPES: { readonly [Key in MethodKey]?: MessageFns<object> } = { submitTask: submitRequestType };

/** One RPC with its dependencies in place, as every transport serves it. */
export type Rpc = UnaryRpc | StreamRpc;

interface RpcDescription {
  readonly key: MethodKey;
  readonly name: MethodName;
  /** `/package.Service/Method` */
  readonly path: string;
  readonly scope: Scope;
  readonly requestType: MessageFns<object>;
  readonly responseType: MessageFns<object>;
}

export interface UnaryRpc extends RpcDescription {
  readonly kind: 'unary';
  readonly call: (request: object, context: MethodContext) => Promise<object>;
}

export interface StreamRpc extends RpcDescription {
  readonly kind: 'stream';
  readonly call: (request: object, context: MethodContext) => OpenInto<object>;
}

/** The one implementation of the service, for every transport: one entry for each RPC of the proto. */
export type TaskService = readonly Rpc[];

export interface TaskServiceDeps {
  readonly tasks: TaskUseCases;
  /** Default: this service takes none. */
  readonly keys?: ApiKeyUseCases;
  readonly secrets: SigningSecretUseCases;
  readonly urlKeys: Pick<UrlKeys, 'rotate' | 'current'>;
  readonly sign: OutputUrls['sign'];
  readonly facts: EngineFacts;
  /** Aborted once the server drains: a long poll does not delay it. */
  readonly drain: AbortSignal;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
}

export function createTaskService({
  tasks,
  keys = NO_API_KEYS,
  secrets,
  urlKeys,
  sign,
  facts,
  drain,
  monotonicMs,
}: TaskServiceDeps): TaskService {
  const deps: MethodDeps = {
    tasks,
    keys,
    secrets,
    urlKeys,
    facts,
    drain,
    print: createTaskPrinter({ sign, urlKeys, monotonicMs }),
  };
  return Object.keys(METHODS).map((key) => rpcOf(key as MethodKey, deps));
}

function rpcOf(key: MethodKey, deps: MethodDeps): Rpc {
  const { name, requestType, responseType, responseStream } = TaskServiceDefinition.methods[key];
  // `Methods` has checked that method and messages fit together; which messages they are is of no concern to a transport.
  const { scope } = METHODS[key];
  const method = METHODS[key].call as (deps: MethodDeps, request: object, context: MethodContext) => unknown;
  const call = (request: object, context: MethodContext): unknown => method(deps, request, context);
  const description = {
    key,
    name,
    path: pathOf(name),
    scope,
    requestType: REQUEST_TYPES[key] ?? requestType,
    responseType,
  };
  return responseStream
    ? { ...description, kind: 'stream', call: call as StreamRpc['call'] }
    : { ...description, kind: 'unary', call: call as UnaryRpc['call'] };
}
