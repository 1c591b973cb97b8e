import { parseSigningSecretOrder, printSigningSecret } from '../../../wire/signing-secrets.js';
import type { Method } from '../method.js';

/** CreateSigningSecret: answers with the secret and its text. */
export const createSigningSecret: Method<'createSigningSecret'> = {
  scope: 'admin',
  call: async ({ secrets }, request) => {
    const secret = await secrets.create(parseSigningSecretOrder(request));
    return { signingSecret: printSigningSecret(secret), secret: secret.text };
  },
};
