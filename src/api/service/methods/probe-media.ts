import { printMedia } from '../../../wire/print-media.js';
import type { Method } from '../method.js';

/** ProbeMedia: answers with the streams of an input. */
export const probeMedia: Method<'probeMedia'> = {
  scope: 'tasks.submit',
  call: async ({ tasks }, { uri }, { caller, signal }) =>
    printMedia(await tasks.probe({ tenant: caller.tenant, uri }, signal)),
};
