import { requireInspector } from '../inspector-of.js';
import { CallError } from '../call-error.js';
import { RenderError } from '../failure.js';
import type { AssetSource } from '../ports/asset-source.js';
import type { PerTenant } from '../ports/per-tenant.js';
import type { LimitedInspector, MediaReport } from '../ports/media-inspector.js';

/**
 * Reads an input as a render would.
 * @throws CallError INVALID_REQUEST (the URI, or its file), NOT_SUPPORTED_HERE (no ffmpeg, and no workers), INPUTS_UNAVAILABLE (also while no worker is alive).
 */
export async function probeMedia(
  deps: { readonly assets: PerTenant<AssetSource>; readonly inspectors: PerTenant<LimitedInspector> | null },
  { tenant, uri }: { readonly tenant: string; readonly uri: string },
  signal: AbortSignal,
): Promise<MediaReport> {
  const inspector = await requireInspector(deps.inspectors, { tenant, action: 'probe media: it has no ffmpeg' });
  const problem = uri === '' ? { description: 'is required' } : await deps.assets.of(tenant).check(uri);
  if (problem) throw new CallError({ reason: 'INVALID_REQUEST', violations: [{ field: 'uri', ...problem }] });
  try {
    return await inspector.probe(uri, { field: 'uri', signal });
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    const { reason, message } = error.failure;
    throw new CallError(
      { reason: 'INVALID_REQUEST', violations: [{ field: 'uri', description: `${reason}: ${message}` }] },
      { cause: error },
    );
  }
}
