import type { Capabilities } from '../../../../generated/cutroom/v1/media.js';
import { printCapabilities } from '../../../wire/print-capabilities.js';
import type { MethodDeps } from './method-deps.js';

/** GetCapabilities: what the workers that are alive can do. */
export function getCapabilities({ tasks, facts }: MethodDeps) {
  return async (): Promise<Capabilities> => printCapabilities(await tasks.workers(), facts);
}
