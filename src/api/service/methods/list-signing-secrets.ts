import { printSigningSecret } from '../../../wire/signing-secrets.js';
import type { Method } from '../method.js';

/** ListSigningSecrets: answers with a page of the secrets of one tenant, or of all. */
export const listSigningSecrets: Method<'listSigningSecrets'> = {
  scope: 'admin',
  call: async ({ secrets }, { tenant, pageSize, pageToken }) => {
    const page = await secrets.list({ tenant: tenant === '' ? null : tenant, pageSize, pageToken });
    return { signingSecrets: page.items.map(printSigningSecret), nextPageToken: page.nextPageToken };
  },
};
