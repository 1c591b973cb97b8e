import type { ApiKey } from '../../task/api-key.js';
import type { ApiKeyStore } from '../../task/ports/api-key-store.js';
import { answer } from './beside-tasks.js';
import type { Connection } from './connection.js';

/** A key is its JSON document. */
export function apiKeysIn(connection: Connection): ApiKeyStore {
  const find = (where: string, ...values: (string | number)[]): ApiKey[] =>
    connection
      .rows(`SELECT document FROM api_keys WHERE ${where}`, ...values)
      .map((row) => JSON.parse(row.document as string) as ApiKey);
  return {
    putApiKey: (key) =>
      answer(() => {
        connection.run(
          'full',
          'INSERT INTO api_keys (id, tenant, document) VALUES (?, ?, ?)',
          ...[key.id, key.tenant, JSON.stringify(key)],
        );
      }),
    getApiKey: (id) => answer(() => find('id = ?', id)[0] ?? null),
    apiKeys: ({ tenant, afterId, limit }) =>
      answer(() =>
        tenant === null
          ? find('id > ? ORDER BY id LIMIT ?', afterId ?? '', limit)
          : find('tenant = ? AND id > ? ORDER BY id LIMIT ?', tenant, afterId ?? '', limit),
      ),
    revokeApiKey: (id, timeMs) =>
      answer(() => {
        connection.run(
          'full',
          `UPDATE api_keys SET document = json_set(document, '$.revokeTimeMs', ?)
           WHERE id = ? AND json_extract(document, '$.revokeTimeMs') IS NULL`,
          ...[timeMs, id],
        );
        return find('id = ?', id)[0] ?? null;
      }),
    noteApiKeyUse: (id, timeMs) =>
      answer(() => {
        connection.run(
          'normal',
          `UPDATE api_keys SET document = json_set(document, '$.lastUseTimeMs', ?)
           WHERE id = ? AND ifnull(json_extract(document, '$.lastUseTimeMs'), 0) < ?`,
          ...[timeMs, id, timeMs],
        );
      }),
  };
}
