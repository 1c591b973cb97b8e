import type { Capabilities } from '../../../../generated/cutroom/v1/media.js';
import { printCapabilities } from '../../../wire/print-capabilities.js';
import type { MethodNeeds } from './method-needs.js';

/** GetCapabilities: what the workers that are alive can do. */
export function getCapabilities({ tasks, facts }: MethodNeeds) {
  return async (): Promise<Capabilities> => printCapabilities(await tasks.workers(), facts);
}
