import { stat } from 'node:fs/promises';
import { startApi, type Api } from '../api/api.js';
import { openServerTls } from '../api/tls/server-tls.js';
import type { Config } from '../config/config.js';
import type { LimitsFile } from '../config/limits.js';
import { RELEASE } from '../config/release.js';
import { formatAddress, isUnspecified } from '../config/readers.js';
import { randomBytes } from 'node:crypto';
import { authenticateBy } from '../api/chain/authenticate.js';
import { openAuthenticator } from './create-authenticator.js';
import { createUploader } from './create-uploader.js';
import { makeDataDir } from './make-data-dir.js';
import { openDestinations } from './open-destinations.js';
import { openInputs } from './open-inputs.js';
import { openLimits } from './open-limits.js';
import { openStorage } from './open-storage.js';
import { openStore } from './open-store.js';
import { openUploads } from './open-uploads.js';
import { type NamedFont, readFontFolder } from '../engine/captions/font-folder.js';
import { CAPTION_FAMILIES } from '../engine/captions/fonts.js';
import { MAX_PIXELS } from '../engine/limits.js';
import { createDataFolder } from '../media/data-folder.js';
import { createTenantLibraries, perTenant } from '../media/tenant-media.js';
import { createHttpNotifier } from '../notify/http-notifier.js';
import { createLoggedEvents } from '../observability/events.js';
import type { Logger } from '../observability/logger.js';
import { createSpans } from '../observability/spans.js';
import { createMetrics, type Metrics } from '../observability/metrics.js';
import { fixedPartOf } from '../shared/tenant-roots.js';
import { followUrlKeys } from './follow-url-keys.js';
import { systemClock } from './system-clock.js';
import { tenantRulesOf } from './tenant-rules.js';
import { tightenModes } from './tighten-modes.js';
import { warnOfExposures } from './warn-of-exposures.js';
import { createConnectionLimits } from '../api/connection-limits.js';
import { createOutputUrls } from '../task/output-urls.js';
import type { Authenticator } from '../task/authenticator.js';
import type { LimitedInspector } from '../task/ports/media-inspector.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { Store } from '../task/ports/store.js';
import { createPreviews } from '../task/previews.js';
import { createQuotas } from '../task/quotas.js';
import { parseStoredSpec } from '../wire/render-spec/parse-stored-spec.js';
import { createQueueView } from '../task/queue-view.js';
import { createTaskHub } from '../task/task-hub.js';
import { createApiKeyUseCases } from '../task/use-cases/api-keys.js';
import { createSigningSecretUseCases } from '../task/use-cases/signing-secrets.js';
import { createTaskUseCases } from '../task/use-cases/task-use-cases.js';
import { startDeliverer } from './start-deliverer.js';
import { inspectByWorkers } from './inspect-by-workers.js';
import { createWorker } from './create-worker.js';
import type { ServiceContext } from './service-context.js';

/** Contract §5: a heartbeat at least every 15 s; a little less, so that it is there in time. */
const HEARTBEAT_MS = 14_000;
/** How long open calls get to end once the renders have: with the default drain all is over well within the 10 s that `docker stop` waits. */
const CLOSE_GRACE_MS = 2_000;

/** A running service. */
export interface Service {
  /** host:port */
  readonly grpcAddress: string;
  /** host:port */
  readonly httpAddress: string;
  /** Drains and lets go of everything. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Puts the service together and starts it: store, renderer, workers, API. The only place that knows every side.
 * @throws Error, for people, when something that it needs is not there; nothing is left running then.
 */
export async function startService(
  config: Config,
  logger: Logger,
  options: { readonly lostLogLines?: () => number } = {},
): Promise<Service> {
  await makeDataDir(config.dataDir);
  await tightenModes(config.dataDir, logger);
  await reportMissingRoots(config, logger);
  const cleanups: (() => Promise<unknown>)[] = [];
  const undo = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const logged = createLoggedEvents(logger);
    const onError = (message: string, cause: unknown): void => {
      logged.backgroundError(message, cause);
    };
    const store = await openStore(config, onError);
    cleanups.push(() => store.close());
    const limits = await openLimits(config.limitsFile, logged, cleanups);
    const metrics = metricsOf(config, { store, limits, ...options });
    const storage = await openStorage(config, onError);
    cleanups.push(() => storage.close());
    const tls = await openTls(config, logger, cleanups);
    const urlKeys = await followUrlKeys(config, store, cleanups);
    const rules = tenantRulesOf(config, limits);
    const destinations = await openDestinations(config, logged, cleanups);
    const { objects, outputs } = storage;
    const inputs = await openInputs({ config, rules, destinations, objects, metrics, events: logged }, cleanups);
    const context: ServiceContext = {
      limits,
      config,
      logger,
      events: metrics.events(logged),
      metrics,
      spans: createSpans(RELEASE),
      store,
      ...inputs,
      uploads: await openUploads({ ...config, ...rules, objects }, logged, cleanups),
      previews: createPreviews(),
      tls,
      authenticator: await openAuthentication(config, store, logged, cleanups),
      machine: createDataFolder({ folder: config.dataDir, minFreeBytes: config.minFreeBytes }),
      outputs,
      artifacts: storage.artifacts,
      fonts: await readFonts(config, logger),
      standingTargets: rules.standingTargets,
      urls: createOutputUrls({ store, outputs, clock: systemClock, keys: urlKeys, lifetimeMs: config.urlLifetimeMs }),
      urlKeys,
      notifier: perTenant((tenant) => createHttpNotifier({ rules: () => rules.httpRules(tenant) })),
      uploader: createUploader(destinations, rules),
    };
    const worker = await createWorker(context, cleanups);
    const { api, close } = await startTransports(context, worker?.engine.inspectors ?? inspectByWorkers(context));
    worker?.pool.start();
    cleanups.push(startDeliverer(context));
    cleanups.push(close);
    return {
      grpcAddress: formatAddress({ host: config.grpcAddress.host, port: api.grpcPort }),
      httpAddress: formatAddress({ host: config.httpAddress.host, port: api.httpPort }),
      stop: async () => {
        logger.info('draining');
        // Streams end now, so that watchers can go elsewhere; renders may still end.
        api.drain();
        await worker?.pool.stop({ graceMs: config.drainMs });
        await undo();
        logger.info('stopped');
      },
    };
  } catch (error) {
    await undo();
    throw error;
  }
}

function metricsOf(
  { metricsTenants }: Config,
  {
    store,
    limits,
    ...options
  }: { readonly store: Store; readonly limits: LimitsFile | null; readonly lostLogLines?: () => number },
): Metrics {
  return createMetrics({
    release: RELEASE,
    tenants: { max: metricsTenants, isNamed: (tenant) => limits?.isNamed(tenant) ?? false },
    stats: () => store.stats(),
    nowMs: () => systemClock.nowMs(),
    ...options,
  });
}

async function openTls(
  { tls }: Config,
  log: Logger,
  cleanups: (() => Promise<unknown>)[],
): Promise<ServiceContext['tls']> {
  if (tls === null) return null;
  const opened = await openServerTls(tls, { log });
  cleanups.push(() => {
    opened.close();
    return Promise.resolve();
  });
  return opened;
}

/** No error: a root may be a mount that comes later. */
async function reportMissingRoots({ inputRoots }: Config, logger: Logger): Promise<void> {
  for (const root of inputRoots.map(fixedPartOf)) {
    const info = await stat(root).catch(() => null);
    if (!info?.isDirectory())
      logger.warn(
        { root },
        'an input root is no folder: no input is found there; make it, or correct CUTROOM_INPUT_ROOTS',
      );
  }
}

async function readFonts({ fontFolder }: Config, logger: Logger): Promise<readonly NamedFont[]> {
  const { fonts, unusable } = await readFontFolder(fontFolder);
  if (unusable.length > 0) logger.warn({ unusable }, 'the font folder has files that are not usable fonts');
  return fonts;
}

async function openAuthentication(
  { auth }: Config,
  store: Store,
  events: TaskEvents,
  cleanups: (() => Promise<unknown>)[],
): Promise<Authenticator | null> {
  if (auth === null) return null;
  const onError = (message: string, cause: unknown): void => {
    events.backgroundError(message, cause);
  };
  const { authenticator, close } = await openAuthenticator(auth, { store, clock: systemClock, onError });
  cleanups.push(() => {
    close();
    return Promise.resolve();
  });
  return authenticator;
}

async function startTransports(
  context: ServiceContext,
  inspectors: PerTenant<LimitedInspector> | null,
): Promise<{ api: Api; close: () => Promise<void> }> {
  const { config, logger, events, metrics, store, assets, outputs, uploads, fonts, previews, urls, notifier } = context;
  const fontFiles = fonts.map(({ name }) => name);
  const queue = createQueueView({ store, clock: systemClock });
  const hub = createTaskHub({ store, clock: systemClock, queue, previews, heartbeatMs: HEARTBEAT_MS });
  const connections = context.limits && createConnectionLimits(context.limits);
  const api = await startApi({
    grpcAddress: formatAddress(config.grpcAddress),
    httpAddress: formatAddress(config.httpAddress),
    tls: context.tls,
    metricsAddress: config.metricsAddress === null ? null : formatAddress(config.metricsAddress),
    ...(context.authenticator && { authenticate: authenticateBy(context.authenticator) }),
    ...(connections && { connections }),
    open: config.open,
    ...(config.auth?.keys && { keys: createApiKeyUseCases({ store, clock: systemClock, randomBytes }) }),
    socket: config.socket,
    httpSocket: config.httpSocket,
    tasks: createTaskUseCases({
      store,
      hub,
      queue,
      previews,
      assets,
      outputs,
      uploads,
      inspectors,
      fonts: fontFiles,
      clock: systemClock,
      events,
      quotas: context.limits && createQuotas({ limits: context.limits, store, clock: systemClock }),
      notifier,
      uploader: context.uploader,
      standingTargets: context.standingTargets,
      parseSpec: parseStoredSpec,
    }),
    secrets: createSigningSecretUseCases({ store, clock: systemClock, randomBytes }),
    urls,
    urlKeys: context.urlKeys,
    facts: { fonts: CAPTION_FAMILIES, fontFiles, maxInputPixels: MAX_PIXELS },
    release: RELEASE,
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    allowedHosts: config.allowedHosts,
    corsOrigins: config.corsOrigins,
    moneyPrinterTurbo: {
      library: createTenantLibraries(config),
      uploads,
      musicFolder: config.musicFolder,
      maxUploadBytes: config.maxUploadBytes,
      random: () => systemClock.random(),
    },
    problem: async () => {
      const [problem] = await Promise.all([context.machine.problem(), store.ping({ recent: true })]);
      return problem;
    },
    logger,
    metrics,
    ...(context.spans && { spans: context.spans }),
    monotonicMs: () => systemClock.monotonicMs(),
    graceMs: CLOSE_GRACE_MS,
  });
  if (config.insecure) warnOfExposures(config, logger);
  if (config.publicUrl === null && isUnspecified(config.httpAddress))
    logger.warn(
      'CUTROOM_PUBLIC_URL is not set: URLs of videos have the host by which each caller called; callers behind a proxy need CUTROOM_PUBLIC_URL or CUTROOM_TRUSTED_PROXIES',
    );
  const close = async (): Promise<void> => {
    hub.close();
    await api.stop();
    connections?.close();
  };
  return { api, close };
}
