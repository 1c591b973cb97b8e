import type { Readable, Writable } from 'node:stream';
import type { Connection } from './connection.js';

/** The environment of a command, so that tests can replace it. */
export interface CliContext {
  /** Results, for scripts. */
  readonly stdout: CliOutput;
  /** Everything else: progress, notes, errors. */
  readonly stderr: CliOutput;
  readonly stdin: Readable;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C, and when the process is asked to end. */
  readonly signal: AbortSignal;
}

export type CliOutput = Writable & { readonly isTTY?: boolean };

/** Options that every command takes. */
export interface GlobalOptions {
  /** `host:port` of the gRPC server. */
  readonly address: string;
  readonly connection: Connection;
  /** Print canonical proto JSON instead of text. */
  readonly json: boolean;
  /** The most that one call may take, watching excepted. */
  readonly timeoutMs: number;
}
