import { signingSecretName } from '../../../wire/id-names.js';
import { printSigningSecret } from '../../../wire/signing-secrets.js';
import type { Method } from '../method.js';

/** RevokeSigningSecret: answers with the secret, already revoked. */
export const revokeSigningSecret: Method<'revokeSigningSecret'> = {
  scope: 'admin',
  call: async ({ secrets }, { name }) => printSigningSecret(await secrets.revoke(signingSecretName.parse(name))),
};
