import type { SigningSecret as WireSecret } from '../../generated/cutroom/v1/signing_secret.js';
import type { CreateSigningSecretRequest } from '../../generated/cutroom/v1/task_service.js';
import { CallError } from '../task/call-error.js';
import type { SigningSecret } from '../task/signing-secret.js';
import type { ShownSecret } from '../task/use-cases/signing-secrets.js';
import { signingSecretName } from './id-names.js';

/** The secret that a request asks for. @throws CallError INVALID_REQUEST. */
export function parseSigningSecretOrder({
  signingSecret,
}: CreateSigningSecretRequest): Pick<SigningSecret, 'name' | 'tenant'> {
  if (signingSecret) return { name: signingSecret.displayName, tenant: signingSecret.tenant };
  const violations = [{ field: 'signing_secret', description: 'is required' }];
  throw new CallError({ reason: 'INVALID_REQUEST', violations });
}

/** A secret as callers see it: without its text. */
export function printSigningSecret({ id, name, tenant, createTimeMs, revokeTimeMs }: ShownSecret): WireSecret {
  return {
    name: signingSecretName.format(id),
    displayName: name,
    tenant,
    createTime: new Date(createTimeMs),
    revokeTime: revokeTimeMs === null ? undefined : new Date(revokeTimeMs),
  };
}
