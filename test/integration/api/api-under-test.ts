import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, type ApiOptions, startApi } from '../../../src/api/api.js';
import { createConnectionLimits } from '../../../src/api/connection-limits.js';
import { openLocalUploads } from '../../../src/media/local-uploads.js';
import { createLogger } from '../../../src/observability/logger.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import { createMemoryStore } from '../../support/memory-store.js';
import { systemClock } from '../../../src/app/system-clock.js';
import { parseStoredSpec } from '../../../src/wire/render-spec/parse-stored-spec.js';
import { createOutputUrls, longestLifeOf } from '../../../src/task/output-urls.js';
import { openUrlKeys } from '../../../src/task/url-keys.js';
import type { LimitedInspector } from '../../../src/task/ports/media-inspector.js';
import type { MediaLibrary } from '../../../src/task/ports/media-library.js';
import type { OutputContent } from '../../../src/task/ports/output-store.js';
import type { Store } from '../../../src/task/ports/store.js';
import type { Task } from '../../../src/task/task.js';
import { createPreviews, type Previews } from '../../../src/task/previews.js';
import type { TenantLimits } from '../../../src/task/limits.js';
import type { NotifyTarget } from '../../../src/task/notify.js';
import type { PerTenant } from '../../../src/task/ports/per-tenant.js';
import { createQuotas } from '../../../src/task/quotas.js';
import { createQueueView } from '../../../src/task/queue-view.js';
import { createTaskHub } from '../../../src/task/task-hub.js';
import { createHttpNotifier } from '../../../src/notify/http-notifier.js';
import type { HttpInputRules } from '../../../src/shared/http/target-rules.js';
import {
  createSigningSecretUseCases,
  type SigningSecretUseCases,
} from '../../../src/task/use-cases/signing-secrets.js';
import { createTaskUseCases, type TaskUseCases } from '../../../src/task/use-cases/task-use-cases.js';
import { recordEvents } from '../../support/task-events.js';

/** Both servers on the real use-cases, the in-memory store, and a folder of finished videos. The test plays the worker. */
export interface ApiUnderTest {
  readonly api: Api;
  readonly grpcAddress: string;
  readonly httpUrl: string;
  readonly store: Store;
  readonly tasks: TaskUseCases;
  readonly secrets: SigningSecretUseCases;
  readonly previews: Previews;
  /** As `recordEvents` notes them. */
  readonly events: readonly string[];
  /** Every line that was logged, parsed. */
  readonly log: Record<string, unknown>[];
  /** The bytes of every finished video. */
  readonly video: Buffer;
  /** Where uploads are, also those under way. */
  readonly uploadsFolder: string;
  /** Stores a change of a task as a worker would. */
  change(id: string, transition: (task: Task) => Task): Promise<Task>;
  stop(): Promise<void>;
}

export async function startApiUnderTest(
  options: Partial<ApiOptions> & {
    heartbeatMs?: number;
    urlLifetimeMs?: number;
    library?: MediaLibrary;
    output?: OutputContent;
    /** Default: this server has no ffmpeg. */
    inspector?: LimitedInspector;
    /** Default: no tenant has any. */
    limits?: PerTenant<TenantLimits>;
    /** Whom tasks may notify. Default: public addresses. */
    notifyRules?: HttpInputRules | ((tenant: string) => HttpInputRules);
    /** Whom all tasks of a tenant notify. Default: nobody. */
    standingTargets?: (tenant: string) => readonly NotifyTarget[];
    /** Closed with the rest. Default: one in memory. */
    store?: Store;
    /** Of tasks and quotas. Default: the machine's. */
    nowMs?: () => number;
    /** Options that need the store. */
    withStore?: (store: Store) => Promise<Partial<ApiOptions>>;
  } = {},
): Promise<ApiUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-api-'));
  const video = Buffer.from(Array.from({ length: 10_000 }, (_, i) => i % 251));
  await writeFile(join(folder, 'final-1.mp4'), video);
  const store = options.store ?? createMemoryStore({ nowMs: () => systemClock.nowMs() });
  const clock = { ...systemClock, ...(options.nowMs && { nowMs: options.nowMs }) };
  const previews = createPreviews();
  const queue = createQueueView({ store, clock: systemClock });
  const hub = createTaskHub({ store, clock: systemClock, queue, previews, heartbeatMs: options.heartbeatMs ?? 15_000 });
  // Inputs are another part's matter; here a name says what is wrong with it.
  const assets = {
    check: (uri: string) => Promise.resolve(uri.includes('missing') ? { description: 'there is no such file' } : null),
    sizeOf: (uri: string) => Promise.resolve(uri.includes('.mp4') ? 1000 : null),
    fetch: () => Promise.reject(new Error('not rendered here')),
  };
  const outputs = {
    publish: () => Promise.reject(new Error('not rendered here')),
    open: () => Promise.resolve(options.output ?? { kind: 'file' as const, path: join(folder, 'final-1.mp4') }),
    discard: () => Promise.resolve(),
    discardAttempt: () => Promise.resolve(),
    attempts: async function* () {
      yield* await Promise.resolve([]);
    },
  };
  const uploads = await openLocalUploads({ folder: join(folder, 'uploads'), nowMs: systemClock.nowMs() });
  const metrics = createMetrics({ stats: () => store.stats(), nowMs: () => systemClock.nowMs() });
  const recorded = recordEvents();
  const events = metrics.events(recorded);
  const { inspector } = options;
  const { notifyRules = { mode: 'public', allow: [] } } = options;
  const rulesOf = (tenant: string): HttpInputRules =>
    typeof notifyRules === 'function' ? notifyRules(tenant) : notifyRules;
  const connections = options.limits ? createConnectionLimits(options.limits) : null;
  const tasks = createTaskUseCases({
    store,
    hub,
    queue,
    previews,
    assets: { of: () => assets },
    outputs,
    uploads: { of: () => uploads },
    inspectors: inspector === undefined ? null : { of: () => inspector },
    fonts: ['Own.ttf'],
    quotas: options.limits === undefined ? null : createQuotas({ limits: options.limits, store, clock }),
    clock,
    parseSpec: parseStoredSpec,
    events,
    notifier: { of: (tenant) => createHttpNotifier({ rules: () => rulesOf(tenant) }) },
    ...(options.standingTargets && { standingTargets: options.standingTargets }),
    uploader: {
      of: () => ({
        check: (destination) =>
          destination.kind === 'http-put' && destination.url.includes('forbidden')
            ? { field: destination.field, description: 'leads to a place that is not for you' }
            : null,
      }),
    },
  });
  const secrets = createSigningSecretUseCases({ store, clock: systemClock, randomBytes });
  const urlKeys = await openUrlKeys({
    store,
    clock: systemClock,
    randomBytes,
    longestLifeMs: longestLifeOf(options.urlLifetimeMs ?? 3_600_000),
  });
  const urls = createOutputUrls({
    store,
    outputs,
    clock: systemClock,
    keys: urlKeys,
    lifetimeMs: options.urlLifetimeMs ?? 3_600_000,
  });
  const log: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) };
  const logger = createLogger({ level: 'debug', destination });
  const api = await startApi({
    grpcAddress: '127.0.0.1:0',
    httpAddress: '127.0.0.1:0',
    tasks,
    secrets,
    urls,
    urlKeys,
    corsOrigins: [],
    facts: { fonts: [], fontFiles: ['Own.ttf'], maxInputPixels: 1 },
    moneyPrinterTurbo: {
      uploads: { of: () => uploads },
      library: { of: () => options.library ?? { list: () => Promise.resolve([]) } },
      musicFolder: 'songs',
      maxUploadBytes: 1024 * 1024,
      random: () => 0.5,
    },
    ...(connections && { connections }),
    problem: () => store.ping().then(() => null),
    logger,
    metrics,
    monotonicMs: () => performance.now(),
    graceMs: 2_000,
    ...options,
    ...(await options.withStore?.(store)),
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const httpUrl = `http://127.0.0.1:${api.httpPort}`;
  return {
    api,
    store,
    tasks,
    secrets,
    previews,
    events: recorded.log,
    log,
    video,
    uploadsFolder: join(folder, 'uploads'),
    grpcAddress: `127.0.0.1:${api.grpcPort}`,
    httpUrl,
    async change(id, transition) {
      const before = await store.get({ tenant: 'default', id });
      if (!before) throw new Error(`no task ${id}`);
      const after = transition(before);
      if (!(await store.replace(before, after, { leaseMs: 60_000 }))) throw new Error('lost a race');
      return after;
    },
    async stop() {
      await api.stop();
      connections?.close();
      hub.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
