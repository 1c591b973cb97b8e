import type { ApiKey } from '../../generated/cutroom/v1/api_key.js';

/** One line: id, state, tenant, scopes, last use, name. */
export function describeApiKey(key: ApiKey, nowMs = Date.now()): string {
  const used = key.lastUseTime === undefined ? 'never used' : `used ${dayOf(key.lastUseTime)}`;
  const id = key.name.replace(/^apiKeys\//, '');
  return `${id}  ${stateOf(key, nowMs)}  ${key.tenant}  ${key.scopes.join(',')}  ${used}  ${key.displayName}`;
}

function stateOf({ expireTime, revokeTime }: ApiKey, nowMs: number): string {
  if (revokeTime !== undefined) return `revoked ${dayOf(revokeTime)}`;
  if (expireTime === undefined) return 'in force';
  return expireTime.getTime() > nowMs ? `until ${dayOf(expireTime)}` : `expired ${dayOf(expireTime)}`;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
