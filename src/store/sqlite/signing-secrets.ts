import type { SigningSecretStore } from '../../task/ports/signing-secret-store.js';
import type { SigningSecret } from '../../task/signing-secret.js';
import { answer } from './beside-tasks.js';
import type { Connection } from './connection.js';

/** A secret is its JSON document. */
export function signingSecretsIn(connection: Connection): SigningSecretStore {
  const find = (where: string, ...values: (string | number)[]): SigningSecret[] =>
    connection
      .rows(`SELECT document FROM signing_secrets WHERE ${where}`, ...values)
      .map((row) => JSON.parse(row.document as string) as SigningSecret);
  return {
    putSigningSecret: (secret) =>
      answer(() => {
        connection.run(
          'full',
          'INSERT INTO signing_secrets (id, tenant, document) VALUES (?, ?, ?)',
          ...[secret.id, secret.tenant, JSON.stringify(secret)],
        );
      }),
    getSigningSecret: (id) => answer(() => find('id = ?', id)[0] ?? null),
    signingSecrets: ({ tenant, afterId, limit }) =>
      answer(() =>
        tenant === null
          ? find('id > ? ORDER BY id LIMIT ?', afterId ?? '', limit)
          : find('tenant = ? AND id > ? ORDER BY id LIMIT ?', tenant, afterId ?? '', limit),
      ),
    revokeSigningSecret: (id, timeMs) =>
      answer(() => {
        connection.run(
          'full',
          `UPDATE signing_secrets SET document = json_set(document, '$.revokeTimeMs', ?, '$.text', '')
           WHERE id = ? AND json_extract(document, '$.revokeTimeMs') IS NULL`,
          ...[timeMs, id],
        );
        return find('id = ?', id)[0] ?? null;
      }),
  };
}
