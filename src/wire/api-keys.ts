import type { ApiKey as WireApiKey } from '../../generated/cutroom/v1/api_key.js';
import type { CreateApiKeyRequest } from '../../generated/cutroom/v1/task_service.js';
import type { Violation } from '../composition/violation.js';
import type { ApiKey, ApiKeyOrder } from '../task/api-key.js';
import { CallError } from '../task/call-error.js';
import { isScope, SCOPES } from '../task/caller.js';
import { apiKeyName } from './id-names.js';

/** The key that a request asks for. @throws CallError INVALID_REQUEST for a scope that there is not. */
export function parseApiKeyOrder({ apiKey }: CreateApiKeyRequest): ApiKeyOrder {
  if (!apiKey) throw invalid([{ field: 'api_key', description: 'is required' }]);
  const { displayName: name, tenant, scopes, expireTime } = apiKey;
  const violations = scopes.flatMap((scope, i): Violation[] =>
    isScope(scope) ? [] : [{ field: `api_key.scopes[${i}]`, description: `must be one of ${SCOPES.join(', ')}` }],
  );
  if (violations.length > 0) throw invalid(violations);
  return { name, tenant, scopes: scopes.filter(isScope), expireTimeMs: expireTime?.getTime() ?? null };
}

function invalid(violations: readonly Violation[]): CallError {
  return new CallError({ reason: 'INVALID_REQUEST', violations });
}

/** A key as callers see it: without its hash. */
export function printApiKey(key: ApiKey): WireApiKey {
  const date = (timeMs: number | null): Date | undefined => (timeMs === null ? undefined : new Date(timeMs));
  return {
    name: apiKeyName.format(key.id),
    displayName: key.name,
    tenant: key.tenant,
    scopes: [...key.scopes],
    createTime: date(key.createTimeMs),
    expireTime: date(key.expireTimeMs),
    revokeTime: date(key.revokeTimeMs),
    lastUseTime: date(key.lastUseTimeMs),
  };
}
