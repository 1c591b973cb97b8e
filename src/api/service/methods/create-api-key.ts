import { parseApiKeyOrder, printApiKey } from '../../../wire/api-keys.js';
import type { Method } from '../method.js';

/** CreateApiKey: answers with the key and its text. */
export const createApiKey: Method<'createApiKey'> = {
  scope: 'admin',
  call: async ({ keys }, request) => {
    const { key, text } = await keys.create(parseApiKeyOrder(request));
    return { apiKey: printApiKey(key), key: text };
  },
};
