import type { Command } from 'commander';
import type { CliContext, GlobalOptions } from '../cli-context.js';

/** What a command is made with. */
export interface CommandHost {
  readonly context: CliContext;
  /** Wraps the work of a command: gives it the global options, keeps its exit code, prints what it throws. */
  readonly run: (command: Command, work: (options: GlobalOptions) => Promise<number>) => Promise<void>;
}

/** Adds one command to the program. */
export type AddCommand = (program: Command, host: CommandHost) => void;

/** `tasks/{id}` of what the user typed: an id or a name. */
export function taskName(idOrName: string): string {
  return idOrName.startsWith('tasks/') ? idOrName : `tasks/${idOrName}`;
}
