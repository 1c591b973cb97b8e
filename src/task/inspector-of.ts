import { CallError } from './call-error.js';
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

/**
 * The same, for a call that needs one. @param action what the call does, as in "this server cannot …".
 * @throws CallError INPUTS_UNAVAILABLE while no worker is alive that could look at inputs: one may come back at any time; NOT_SUPPORTED_HERE where none ever does.
 */
export async function requireInspector(
  inspectors: PerTenant<LimitedInspector> | null,
  { tenant, action }: { readonly tenant: string; readonly action: string },
): Promise<LimitedInspector> {
  if (inspectors === null) throw new CallError({ reason: 'NOT_SUPPORTED_HERE', action });
  const inspector = await inspectorOf(inspectors, tenant);
  if (!inspector) throw new CallError({ reason: 'INPUTS_UNAVAILABLE' });
  return inspector;
}
