import type { ServerInterceptor, ServiceDefinition } from '@grpc/grpc-js';
import { type ChannelOptions, createServer } from 'nice-grpc';
import { TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import type { Chain } from '../chain/chain.js';
import { followReadiness, type Readiness } from '../readiness.js';
import type { Drain } from '../drain.js';
import { addGrpcJsService } from './grpc-js-service.js';
import { createHealth } from './health.js';
import { createReflection } from './reflection.js';
import { refuseGrpcWeb } from './refuse-grpc-web.js';
import { mountTaskService } from './service-definition.js';
import type { TaskService } from '../service/task-service.js';

/** The largest request: 5,000 cues of ordinary length are 1 MiB. */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** How often the health service looks whether the server is still ready. */
const READINESS_INTERVAL_MS = 2_000;

const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
  // A peer that vanished is noticed within 50 s, and the slots of its streams come free.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 20_000,
  // Long-lived connections move on to new replicas behind a balancer; streams on them get another hour to end.
  'grpc.max_connection_age_ms': 3_600_000,
  'grpc.max_connection_age_grace_ms': 3_600_000,
  'grpc.max_concurrent_streams': 10_000,
};

export interface GrpcServerOptions {
  /** `host:port`; port 0 picks a free one. */
  readonly address: string;
  /** The version of this release, which health tells in its header metadata. */
  readonly release: string;
  readonly service: TaskService;
  readonly chain: Chain;
  readonly interceptors: readonly ServerInterceptor[];
  readonly readiness: Readiness;
  readonly drain: Drain;
  /** How long `stop` waits for open calls before it cuts them. */
  readonly graceMs: number;
}

export interface GrpcServer {
  /** The port that it listens on. */
  readonly port: number;
  /** Reports NOT_SERVING, refuses new calls, ends streams with UNAVAILABLE, lets calls under way finish, and closes. */
  stop(): Promise<void>;
}

/** Starts to serve over gRPC, without TLS. @throws Error when the address cannot be listened on. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { drain } = options;
  refuseGrpcWeb();
  const health = createHealth([TaskServiceDefinition.fullName]);
  // Added before any listener that ends a health stream, so that watchers still hear NOT_SERVING.
  drain.signal.addEventListener(
    'abort',
    () => {
      health.report(false);
    },
    { once: true },
  );
  void followReadiness(options.readiness, {
    intervalMs: READINESS_INTERVAL_MS,
    onChange: (isReady) => {
      health.report(isReady && !drain.signal.aborted);
    },
  });

  const channelOptions = { ...CHANNEL_OPTIONS, interceptors: [...options.interceptors] };
  const server = createServer(channelOptions);
  const { definition, implementation } = mountTaskService(options.service, options.chain);
  server.add<ServiceDefinition>(definition, implementation);
  const header = { 'cutroom-release': options.release };
  for (const service of health.services)
    addGrpcJsService(server, service, { chain: options.chain, header, whileDraining: true });
  for (const service of createReflection(health.services))
    addGrpcJsService(server, service, { chain: options.chain, header: {}, whileDraining: false });
  const port = await server.listen(options.address);

  return {
    port,
    async stop() {
      drain.begin();
      const timer = setTimeout(() => {
        server.forceShutdown();
      }, options.graceMs);
      try {
        await server.shutdown();
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
