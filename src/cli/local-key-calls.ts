import { ApiKey } from '../../generated/cutroom/v1/api_key.js';
import { CreateApiKeyRequest } from '../../generated/cutroom/v1/task_service.js';
import { withLocalKeys } from '../app/local-keys.js';
import { CallError } from '../task/call-error.js';
import { apiKeyName } from '../wire/id-names.js';
import { parseApiKeyOrder, printApiKey } from '../wire/api-keys.js';
import { statusCode } from '../api/rpc-error.js';
import { statusOf } from '../wire/status-mapping.js';
import type { KeyCalls } from './key-calls.js';
import { RpcError } from './rpc-error.js';

/** The calls of `cutroom keys`, answered from the store of an environment. @throws RpcError as a server's calls do. */
export function withLocalKeyCalls<T>(env: NodeJS.ProcessEnv, use: (calls: KeyCalls) => Promise<T>): Promise<T> {
  return withLocalKeys(env, (keys) =>
    use({
      createApiKey: (request) =>
        asRpc(async () => {
          const { key, text } = await keys.create(parseApiKeyOrder(CreateApiKeyRequest.fromPartial(request)));
          return { apiKey: printApiKey(key), key: text };
        }),
      listApiKeys: ({ tenant = '', pageSize = 0, pageToken = '' }) =>
        asRpc(async () => {
          const page = await keys.list({ tenant: tenant === '' ? null : tenant, pageSize, pageToken });
          return { apiKeys: page.keys.map(printApiKey), nextPageToken: page.nextPageToken };
        }),
      revokeApiKey: ({ name = '' }) =>
        asRpc(async () => ApiKey.fromPartial(printApiKey(await keys.revoke(apiKeyName.parse(name))))),
    }),
  );
}

async function asRpc<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const status = statusOf(error);
    throw new RpcError(statusCode(status.code), status, { cause: error });
  }
}
