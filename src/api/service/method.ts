import { type MessageFns, TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import type { Scope } from '../../task/caller.js';
import type { ApiKeyUseCases } from '../../task/use-cases/api-keys.js';
import type { SigningSecretUseCases } from '../../task/use-cases/signing-secrets.js';
import type { TaskUseCases } from '../../task/use-cases/task-use-cases.js';
import type { EngineFacts } from '../../wire/print-capabilities.js';
import type { MethodContext } from '../chain/call.js';
import type { OpenInto } from '../chain/stream.js';
import type { UrlKeys } from '../../task/url-keys.js';
import type { TaskPrinter } from './task-printer.js';

/** The dependencies of the methods. */
export interface MethodDeps {
  readonly tasks: TaskUseCases;
  readonly keys: ApiKeyUseCases;
  readonly secrets: SigningSecretUseCases;
  readonly urlKeys: Pick<UrlKeys, 'rotate'>;
  readonly print: TaskPrinter;
  readonly facts: EngineFacts;
  /** Aborted once the server drains: a long poll ends then. */
  readonly drain: AbortSignal;
}

type Definitions = (typeof TaskServiceDefinition)['methods'];

/** The RPCs of the service, by their names in generated code: `submitTask`. */
export type MethodKey = keyof Definitions;

/** The RPCs that stream. */
export type StreamKey = {
  [Key in MethodKey]: Definitions[Key]['responseStream'] extends true ? Key : never;
}[MethodKey];

/** The RPCs by their names in the proto: `SubmitTask`. */
export type MethodName = Definitions[MethodKey]['name'];

type MessageOf<Type> = Type extends MessageFns<infer Message> ? Message : never;
export type RequestOf<Key extends MethodKey> = MessageOf<Definitions[Key]['requestType']>;
export type ResponseOf<Key extends MethodKey> = MessageOf<Definitions[Key]['responseType']>;

/** The implementation of one RPC. It throws CallError for the caller; the chain maps it. */
export interface Method<Key extends MethodKey> {
  /** The permission that its callers need. */
  readonly scope: Scope;
  readonly call: (
    deps: MethodDeps,
    request: RequestOf<Key>,
    context: MethodContext,
  ) => Key extends StreamKey ? OpenInto<ResponseOf<Key>> : Promise<ResponseOf<Key>>;
}

/** One implementation for every RPC of the proto: a missing one does not compile. */
export type Methods = { readonly [Key in MethodKey]: Method<Key> };

/** The path of an RPC, by which the chain logs and counts it: `/package.Service/Method`. */
export function pathOf(name: MethodName): string {
  return `/${TaskServiceDefinition.fullName}/${name}`;
}
