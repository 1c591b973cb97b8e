import { capConnections, connectionsWithin, openFilesLimit } from './cap-connections.js';
import { ConfigError, toConfig } from '../config/config.js';
import type { Environment } from '../config/variables.js';
import { createLogDestination } from '../observability/log-destination.js';
import { createLogger, type Logger } from '../observability/logger.js';
import type { Service } from './service.js';

/** Exit codes of `cutroom serve`, beside 0: as sysexits.h has them, so that a supervisor can distinguish a wrong setting from a fault. */
const EXIT_FAILURE = 1;
const EXIT_CONFIG = 78;

const TELL_AGAIN_MS = 60_000;

/**
 * The service's modules, part by part: Node opens the files of one import all at once, and a process may have few descriptors (`test/e2e/no-descriptors.test.ts`).
 */
async function loadService() {
  await import('../wire/parse-submit.js');
  await import('../wire/print-full-task.js');
  await import('../engine/renderer.js');
  await import('../engine/inspector.js');
  await import('../api/http/gateway/gateway.js');
  await import('../api/http/moneyprinterturbo/moneyprinterturbo.js');
  await import('../api/api.js');
  return import('./service.js');
}

/**
 * Runs the service until SIGTERM or SIGINT, then drains: running renders may end for `CUTROOM_DRAIN_MS`, the rest is handed back. A second
 * signal ends it at once; its renders die with it.
 * @returns the exit code.
 */
export async function runService(env: Environment): Promise<number> {
  // Neither output is worth the service: a full disk, or a reader that has gone, is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // Also of what ffmpeg and SQLite make. Finished videos and sockets get their modes in so many words.
  process.umask(0o077);
  let service: Service;
  try {
    const config = toConfig(env);
    // Standard error, which leaves standard output to commands.
    const destination = createLogDestination({ descriptor: 2 });
    const logger = createLogger({ level: config.logLevel, destination });
    logWarnings(logger);
    limitConnections(logger);
    const { startService } = await loadService();
    service = await startService(config, logger, { lostLogLines: () => destination.lostLines() });
  } catch (error) {
    process.stderr.write(`cutroom: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof ConfigError ? EXIT_CONFIG : EXIT_FAILURE;
  }
  // The one line on standard output: a parent that started this with port 0 reads the ports here.
  process.stdout.write(
    `${JSON.stringify({ event: 'listening', grpc: service.grpcAddress, http: service.httpAddress })}\n`,
  );
  await firstSignal();
  process.once('SIGTERM', exitNow).once('SIGINT', exitNow);
  await service.stop();
  return 0;
}

/** Warnings of Node and of libraries, which Node would write to standard error as they are, among lines that are JSON. */
function logWarnings(logger: Logger): void {
  process.removeAllListeners('warning').on('warning', ({ name, message }) => {
    logger.warn({ warning: name }, message);
  });
}

function limitConnections(logger: Logger): void {
  const max = connectionsWithin(openFilesLimit());
  let toldAtMs = -Infinity;
  capConnections(max, () => {
    if (performance.now() - toldAtMs < TELL_AGAIN_MS) return;
    toldAtMs = performance.now();
    logger.warn(
      { max },
      'connections are refused: there are as many as the limit of open files allows; raise it (ulimit -n)',
    );
  });
}

function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = () => {
      process.removeListener('SIGTERM', onSignal).removeListener('SIGINT', onSignal);
      resolve();
    };
    process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  });
}

function exitNow(): void {
  process.exit(EXIT_FAILURE);
}
