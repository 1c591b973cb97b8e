import path from 'node:path';

const PLACEHOLDER = '{tenant}';

/** The roots of one tenant: those that name a tenant's folder, and those of all. */
export function rootsOfTenant(roots: readonly string[], tenant: string): string[] {
  return roots.map((root) => root.replaceAll(PLACEHOLDER, tenant));
}

/** Whether each tenant has a folder of its own there. */
export function isTenantRoot(root: string): boolean {
  return root.includes(PLACEHOLDER);
}

/** The folder that holds those of all tenants; a root of all is itself. */
export function fixedPartOf(root: string): string {
  const parts = root.split(path.sep);
  const at = parts.findIndex((part) => part.includes(PLACEHOLDER));
  return at < 0 ? root : parts.slice(0, at).join(path.sep) || path.sep;
}
