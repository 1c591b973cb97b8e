import type { Command } from 'commander';
import type { CliContext, GlobalOptions } from '../cli-context.js';

/** The dependencies of a command. */
export interface CommandHost {
  readonly context: CliContext;
  /** Wraps the work of a command: gives it the global options, keeps its exit code, prints its error. */
  readonly run: (command: Command, work: (options: GlobalOptions) => Promise<number>) => Promise<void>;
}

/** Adds one command to the program. */
export type AddCommand = (program: Command, host: CommandHost) => void;
