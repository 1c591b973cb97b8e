import type { LimitedInspector } from './ports/media-inspector.js';
import type { PerTenant } from './ports/per-tenant.js';

/** The inspector of a tenant. Null: nobody can look at inputs, here or elsewhere. */
export async function inspectorOf(
  inspectors: PerTenant<LimitedInspector> | null,
  tenant: string,
): Promise<LimitedInspector | null> {
  const inspector = inspectors?.of(tenant) ?? null;
  return (await inspector?.isThere()) ? inspector : null;
}
