import type { Method } from '../method.js';

/** RotateUrlKey: answers with the end of the key that signed until now. */
export const rotateUrlKey: Method<'rotateUrlKey'> = {
  scope: 'admin',
  call: async ({ urlKeys }, { endOldKeys }) => {
    const untilMs = await urlKeys.rotate({ endOldKeys });
    return { previousExpireTime: untilMs === null ? undefined : new Date(untilMs) };
  },
};
