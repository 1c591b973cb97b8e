import type { TaskUseCases } from '../../../task/use-cases/task-use-cases.js';
import type { EngineFacts } from '../../../wire/print-capabilities.js';
import type { TaskPrinter } from '../task-printer.js';

/** What the methods work with. */
export interface MethodDeps {
  readonly tasks: TaskUseCases;
  readonly print: TaskPrinter;
  readonly facts: EngineFacts;
  /** Aborted once the server leaves: what waits for news ends then. */
  readonly drain: AbortSignal;
}
