import { printCapabilities } from '../../../wire/print-capabilities.js';
import type { Method } from '../method.js';

/** GetCapabilities: answers with the capabilities of the living workers. */
export const getCapabilities: Method<'getCapabilities'> = {
  scope: 'tasks.read',
  call: async ({ tasks, facts }) => printCapabilities(await tasks.workers(), facts),
};
