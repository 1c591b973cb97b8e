import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A command that could not be started or did not end with 0. `output` is the end of what it printed, when that was kept. */
export class CommandError extends Error {
  constructor(command, args, how, output) {
    super(`${[command, ...args].join(' ')} ${how}`);
    this.name = 'CommandError';
    this.output = output;
  }
}

/**
 * Runs a command to its end and returns what it printed when `quiet` (else it prints as it goes).
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean}} [options]
 * @returns {Promise<string>}
 */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd ?? process.cwd(),
    env: options.env ?? process.env,
    stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-200_000);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      reject(new CommandError(command, args, `could not be started: ${error.message}`, ''));
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new CommandError(command, args, signal ? `was ended by ${signal}` : `exited with ${code}`, output));
    });
  });
}

/**
 * Where a command is on the PATH, or null.
 * @param {string} command
 * @returns {string | null}
 */
export function which(command) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not here.
    }
  }
  return null;
}
