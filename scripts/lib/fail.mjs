import { CommandError } from './run.mjs';
import { MissingSystemPackagesError } from './system-packages.mjs';
import { red, warn } from './say.mjs';

/** A check of the repo that did not pass; the message says what to do. */
export class CheckFailedError extends Error {}

/** Says why a script cannot go on, and sets the exit code to 1. A stack only where the fault is ours. */
export function fail(error) {
  if (error instanceof CommandError) warn(`${error.output.trimEnd()}\n${red('error:')} ${error.message}`);
  else if (error instanceof MissingSystemPackagesError || error instanceof CheckFailedError)
    warn(`\n${red('error:')} ${error.message}`);
  else warn(`${red('error:')} ${error instanceof Error ? error.stack : String(error)}`);
  process.exitCode = 1;
}
