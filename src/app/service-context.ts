import { type ServerTls } from '../api/tls/server-tls.js';
import type { Config } from '../config/config.js';
import { type NamedFont } from '../engine/captions/font-folder.js';
import type { Logger } from '../observability/logger.js';
import { type Metrics } from '../observability/metrics.js';
import { type OutputUrls } from '../task/output-urls.js';
import type { UrlKeys } from '../task/url-keys.js';
import type { Authenticator } from '../task/authenticator.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import type { Machine } from '../task/ports/machine.js';
import type { ArtifactStore } from '../task/ports/artifact-store.js';
import type { MediaUploads } from '../task/ports/media-uploads.js';
import type { NotifyTarget } from '../task/notify.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { Notifier } from '../task/ports/notifier.js';
import type { OutputUploader } from '../task/ports/output-uploader.js';
import type { OutputStore } from '../task/ports/output-store.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { Spans } from '../task/ports/spans.js';
import type { Store } from '../task/ports/store.js';
import { type Previews } from '../task/previews.js';
import type { TenantLimits } from '../task/limits.js';

/** The parts that every side of the service works with. */
export interface ServiceContext {
  readonly config: Config;
  readonly logger: Logger;
  readonly events: TaskEvents;
  readonly metrics: Metrics;
  /** Null: the operator has loaded no SDK of OpenTelemetry. */
  readonly spans: Spans | null;
  readonly store: Store;
  readonly assets: PerTenant<AssetSource>;
  readonly outputs: OutputStore;
  readonly artifacts: ArtifactStore | null;
  /** A folder of this process alone; null: it renders nothing. */
  readonly scratchRoot: string | null;
  readonly uploads: PerTenant<MediaUploads>;
  readonly machine: Machine;
  readonly previews: Previews;
  readonly urls: OutputUrls;
  readonly urlKeys: UrlKeys;
  readonly notifier: PerTenant<Notifier>;
  readonly uploader: PerTenant<OutputUploader>;
  /** Who is told of the events of all tasks of a tenant. */
  readonly standingTargets: (tenant: string) => readonly NotifyTarget[];
  /** Null: both servers are plain. */
  readonly tls: ServerTls | null;
  /** Null: no tenant has any. */
  readonly limits: PerTenant<TenantLimits> | null;
  /** Null: everybody is the same caller. */
  readonly authenticator: Authenticator | null;
  /** The operator's. */
  readonly fonts: readonly NamedFont[];
}
