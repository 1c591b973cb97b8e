import type { Config } from '../config/config.js';
import type { TenantSettings } from '../config/limits.js';
import type { HttpInputRules } from '../shared/http/target-rules.js';
import type { NotifyTarget } from '../task/notify.js';
import type { PerTenant } from '../task/ports/per-tenant.js';

/** What holds for a tenant, at each question as the limits file has it then. */
export interface TenantRules {
  /** Its own hosts, or else those of the service. */
  readonly httpRules: (tenant: string) => HttpInputRules;
  readonly inputBytes: (tenant: string) => number | null;
  /** How long its uploads are kept: its own time, or else that of the service. */
  readonly uploadTtlMs: (tenant: string) => number;
  /** Who is told of the events of all its tasks. */
  readonly standingTargets: (tenant: string) => readonly NotifyTarget[];
}

/** @param settings null: there is no limits file. */
export function tenantRulesOf(
  { httpInputs, uploadTtlMs }: Pick<Config, 'httpInputs' | 'uploadTtlMs'>,
  settings: PerTenant<TenantSettings> | null,
): TenantRules {
  const { rules } = httpInputs;
  return {
    httpRules(tenant) {
      const own = settings?.of(tenant).http;
      return { mode: own?.mode ?? rules.mode, allow: own?.allow ?? rules.allow };
    },
    inputBytes: (tenant) => settings?.of(tenant).inputBytes ?? null,
    uploadTtlMs: (tenant) => settings?.of(tenant).uploadTtlMs ?? uploadTtlMs,
    standingTargets: (tenant) => settings?.of(tenant).notify ?? [],
  };
}
