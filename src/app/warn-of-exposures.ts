import { type Config, exposures } from '../config/config.js';
import type { Logger } from '../observability/logger.js';

/** Only where something is missing: an operator who reads the warning for nothing reads no other. */
export function warnOfExposures(config: Config, logger: Logger): void {
  for (const { address, missing } of exposures(config))
    logger.warn(
      { address },
      `CUTROOM_INSECURE=1: other machines reach this address without ${missing.join(' and without ')}, and can ${config.auth === null ? 'use this service' : 'listen in, and take credentials'}`,
    );
}
