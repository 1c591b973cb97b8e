import type { Violation } from '../../composition/violation.js';
import type { NotifyTarget } from '../notify.js';
import type { Notifier } from '../ports/notifier.js';
import type { PerTenant } from '../ports/per-tenant.js';
import type { SigningSecretStore } from '../ports/signing-secret-store.js';

/** The violations of the targets that a submit names: URLs that nothing is sent to, secrets that its tenant does not have. */
export async function notifyViolations(
  {
    notifier,
    store,
  }: { readonly notifier: PerTenant<Pick<Notifier, 'check'>>; readonly store: SigningSecretStore | null },
  tenant: string,
  notify: readonly NotifyTarget[] = [],
): Promise<Violation[]> {
  const found = await Promise.all(
    notify.map(async ({ url, secretId }, i): Promise<Violation[]> => {
      // One that is missing was noticed before.
      const problem = url === '' ? null : notifier.of(tenant).check(url);
      const violations = problem === null ? [] : [{ field: `notify[${i}].url`, description: problem }];
      if (secretId === null || store === null) return violations;
      const secret = await store.getSigningSecret(secretId);
      // In the same words for another tenant's.
      if (secret?.tenant === tenant && secret.revokeTimeMs === null) return violations;
      const description = 'is no signing secret of this tenant, or is revoked; `cutroom secrets create` makes one';
      return [...violations, { field: `notify[${i}].secret`, description }];
    }),
  );
  return found.flat();
}
