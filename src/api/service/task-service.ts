import type { ServiceImplementation } from 'nice-grpc';
import type { TaskUseCases } from '../../task/use-cases/task-use-cases.js';
import type { EngineFacts } from '../../wire/print-capabilities.js';
import type { SignUrl } from '../../wire/print-task.js';
import { cancelTask } from './methods/cancel-task.js';
import { deleteTask } from './methods/delete-task.js';
import { getCapabilities } from './methods/get-capabilities.js';
import { getTask } from './methods/get-task.js';
import type { MethodDeps } from './methods/method-deps.js';
import { listTasks } from './methods/list-tasks.js';
import { probeMedia } from './methods/probe-media.js';
import { retryTask } from './methods/retry-task.js';
import { submitTask } from './methods/submit-task.js';
import { watchTask } from './methods/watch-task.js';
import type { taskServiceDefinition } from '../grpc/service-definition.js';
import { createTaskPrinter } from './task-printer.js';

export type TaskService = ServiceImplementation<typeof taskServiceDefinition>;

export interface TaskServiceDeps {
  readonly tasks: TaskUseCases;
  readonly sign: SignUrl;
  readonly facts: EngineFacts;
  /** Aborted once the server leaves: a long poll does not hold it up. */
  readonly drain: AbortSignal;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
}

/** The one implementation of the service, for both doors. Its methods throw CallError; the chain maps it. */
export function createTaskService({ tasks, sign, facts, drain, monotonicMs }: TaskServiceDeps): TaskService {
  const deps: MethodDeps = { tasks, facts, drain, print: createTaskPrinter(sign, monotonicMs) };
  return {
    submitTask: submitTask(deps),
    getTask: getTask(deps),
    watchTask: watchTask(deps),
    listTasks: listTasks(deps),
    cancelTask: cancelTask(deps),
    retryTask: retryTask(deps),
    deleteTask: deleteTask(deps),
    getCapabilities: getCapabilities(deps),
    probeMedia: probeMedia(deps),
  };
}
