import type { Config } from '../config/config.js';
import type { TenantSettings } from '../config/limits.js';
import type { HttpInputRules } from '../shared/http/target-rules.js';
import type { PerTenant } from '../task/ports/per-tenant.js';

/** What holds for the inputs of a tenant, at each question as the limits file has it then. */
export interface TenantRules {
  /** Its own hosts, or else those of the service. */
  readonly httpRules: (tenant: string) => HttpInputRules;
  readonly inputBytes: (tenant: string) => number | null;
}

/** @param settings null: there is no limits file. */
export function tenantRulesOf(
  { httpInputs }: Pick<Config, 'httpInputs'>,
  settings: PerTenant<TenantSettings> | null,
): TenantRules {
  const { rules } = httpInputs;
  return {
    httpRules(tenant) {
      const own = settings?.of(tenant).http;
      return { mode: own?.mode ?? rules.mode, allow: own?.allow ?? rules.allow };
    },
    inputBytes: (tenant) => settings?.of(tenant).inputBytes ?? null,
  };
}
