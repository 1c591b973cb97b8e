import { Status } from 'nice-grpc';
import type { CliContext, GlobalOptions } from './cli-context.js';
import { RpcError } from './rpc-error.js';
import { statusJson } from './json.js';

/**
 * Says on stderr why a command failed: `error: CODE: message`, then every violation on a line of its own, field first.
 * With --json it is one line, the google.rpc.Status with its details.
 */
export function printError(
  context: CliContext,
  options: Pick<GlobalOptions, 'address' | 'json'>,
  error: unknown,
): void {
  context.stderr.write(`${linesOf(options, error).join('\n')}\n`);
}

function linesOf(options: Pick<GlobalOptions, 'address' | 'json'>, error: unknown): string[] {
  if (!(error instanceof RpcError)) return [`error: ${error instanceof Error ? error.message : String(error)}`];
  if (options.json) return [statusJson(error.status)];
  const code = `error: ${Status[error.code]}`;
  if (error.violations.length > 0) {
    return [code, ...error.violations.map((violation) => `  ${violation.field}: ${violation.description}`)];
  }
  const lines = [`${code}: ${error.message}`];
  if (error.code === Status.UNAVAILABLE) lines.push(`  the server was called at ${options.address}`);
  return lines;
}
