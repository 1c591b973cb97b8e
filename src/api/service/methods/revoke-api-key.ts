import { apiKeyName } from '../../../wire/id-names.js';
import { printApiKey } from '../../../wire/api-keys.js';
import type { Method } from '../method.js';

/** RevokeApiKey: answers with the key, already revoked. */
export const revokeApiKey: Method<'revokeApiKey'> = {
  scope: 'admin',
  call: async ({ keys }, { name }) => printApiKey(await keys.revoke(apiKeyName.parse(name))),
};
