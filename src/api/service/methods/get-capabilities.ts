import { printCapabilities } from '../../../wire/print-capabilities.js';
import type { Method } from '../method.js';

/** GetCapabilities: answers with what the living workers can do. */
export const getCapabilities: Method<'getCapabilities'> = async ({ tasks, facts }) =>
  printCapabilities(await tasks.workers(), facts);
