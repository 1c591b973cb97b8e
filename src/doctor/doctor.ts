import { ConfigError, type Config, toConfig } from '../config/config.js';
import type { Environment } from '../config/variables.js';
import { type Check, fail, ok } from './check.js';
import { checkCertificates } from './certificates.js';
import { checkDestinations } from './destinations.js';
import { checkEndpoint, checkService, checkSockets, isServing } from './endpoints.js';
import { checkDataDir, checkDisk, checkInputRoots, checkMemory } from './places.js';
import { checkStorage } from './storage.js';
import { checkStore } from './store.js';
import { checkFfmpeg, checkFonts, checkNode } from './tools.js';

/**
 * Checks everything that a service with this environment needs, one check after the other. Changes nothing, except that an existing store
 * is opened as the service would.
 */
export async function* examine(env: Environment, signal: AbortSignal): AsyncGenerator<Check, void> {
  yield checkNode();
  const config = configOf(env);
  if (config instanceof ConfigError) {
    for (const problem of config.problems)
      yield fail('config', problem, 'correct that variable; the README has a table of all');
  } else {
    yield ok('config', 'every variable that is set is valid');
  }
  // The checks that need no right configuration run in any case.
  const settings = config instanceof ConfigError ? toConfig({}) : config;
  yield* await checkFfmpeg(
    { ...settings, ffmpeg: env.CUTROOM_FFMPEG ?? settings.ffmpeg, ffprobe: env.CUTROOM_FFPROBE ?? settings.ffprobe },
    signal,
  );
  yield checkFonts(settings);
  yield checkMemory(settings);
  if (config instanceof ConfigError) return;
  yield checkDataDir(config);
  yield checkDisk(config);
  yield* await checkInputRoots(config);
  yield* await checkCertificates(config);
  yield* await checkDestinations(config);
  signal.throwIfAborted();
  yield* examineEndpoints(config);
}

/** A service that runs has its ports and its store to itself. */
async function* examineEndpoints(config: Config): AsyncGenerator<Check, void> {
  if (await isServing(config)) {
    yield checkService(config);
    return;
  }
  yield checkStore(config);
  yield* checkStorage(config);
  yield checkEndpoint('grpc', config.grpcAddress, 'CUTROOM_GRPC_ADDRESS');
  yield checkEndpoint('http', config.httpAddress, 'CUTROOM_HTTP_ADDRESS');
  yield* checkSockets(config);
}

function configOf(env: Environment): Config | ConfigError {
  try {
    return toConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
