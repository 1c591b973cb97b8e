import { Status } from 'nice-grpc';
import type { CliContext, GlobalOptions } from './cli-context.js';
import { paintFor } from './colors.js';
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
  context.stderr.write(`${linesOf(options, error).map(paintFor(context, context.stderr)).join('\n')}\n`);
}

/** The words of grpc-js when it has reached nobody: everybody else's are shown. */
const NOT_REACHED = /^(No connection established|Name resolution failed)/;
/** The words of OpenSSL and Node when it has reached somebody whose certificate is not trusted, or who wants one. */
const UNTRUSTED = /certificate|\bSSL\b|\bTLS\b|ERR_TLS/i;

function linesOf(options: Pick<GlobalOptions, 'address' | 'json'>, error: unknown): string[] {
  if (!(error instanceof RpcError)) return [`error: ${error instanceof Error ? error.message : String(error)}`];
  if (options.json) return [statusJson(error.status)];
  const code = `error: ${Status[error.code]}`;
  if (error.violations.length > 0) {
    return [code, ...error.violations.map((violation) => `  ${violation.field}: ${violation.description}`)];
  }
  if (error.code !== Status.UNAVAILABLE) return [`${code}: ${error.message}`];
  if (UNTRUSTED.test(error.message))
    return [`${code}: ${error.message}`, '  TLS with that server failed: see --ca, --cert and --key'];
  return NOT_REACHED.test(error.message)
    ? [`${code}: no server answers at ${options.address}: is it running? (cutroom serve; --address)`]
    : [`${code}: ${error.message}`, `  the server was called at ${options.address}`];
}
