import { printApiKey } from '../../../wire/api-keys.js';
import type { Method } from '../method.js';

/** ListApiKeys: answers with a page of the keys of one tenant, or of all. */
export const listApiKeys: Method<'listApiKeys'> = {
  scope: 'admin',
  call: async ({ keys }, { tenant, pageSize, pageToken }) => {
    const page = await keys.list({ tenant: tenant === '' ? null : tenant, pageSize, pageToken });
    return { apiKeys: page.keys.map(printApiKey), nextPageToken: page.nextPageToken };
  },
};
