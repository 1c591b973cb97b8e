import type { ServerInterceptor, ServiceDefinition } from '@grpc/grpc-js';
import { type ChannelOptions, createServer, type Server } from 'nice-grpc';
import { TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import type { Access } from '../../task/caller.js';
import type { Chain } from '../chain/chain.js';
import { followReadiness, type Readiness } from '../readiness.js';
import type { Drain } from '../drain.js';
import { listenOnSocket, type SocketPlace, type UnixSocket } from '../unix-socket.js';
import { addGrpcJsService } from './grpc-js-service.js';
import { createHealth, type Health } from './health.js';
import { createReflection } from './reflection.js';
import { refuseGrpcWeb } from './refuse-grpc-web.js';
import { createServiceCalls } from './service-calls.js';
import { mountTaskService } from './service-definition.js';
import { showCertificate } from './show-certificate.js';
import { tlsCredentials } from './tls-credentials.js';
import type { TaskService } from '../service/task-service.js';
import type { ServerTls } from '../tls/server-tls.js';

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
  // Nothing serves its statistics, and each call pays for them.
  'grpc.enable_channelz': 0,
};

export interface GrpcServerOptions {
  /** `host:port`; port 0 picks a free one. */
  readonly address: string;
  /** For the address; the socket is plain. Default: it is plain too. */
  readonly tls?: ServerTls | null;
  /** A Unix socket that it listens on too; null: none. */
  readonly socket: SocketPlace | null;
  /** The version of this release, which health tells in its header metadata. */
  readonly release: string;
  readonly service: TaskService;
  readonly chain: Chain;
  /** The permission that reflection needs. Default: none. */
  readonly reflection?: Access;
  /** Ends streams whose reader has stopped. */
  readonly guard: ServerInterceptor;
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

/** Starts to serve over gRPC. @throws Error when the address cannot be listened on. */
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

  const servers: Server[] = [];
  // nice-grpc listens on one address for each server.
  const open = (): Server => {
    const server = mount(options, health);
    servers.push(server);
    return server;
  };
  let socket: UnixSocket | null = null;
  try {
    if (options.socket !== null) socket = await listenOnSocket(options.socket, (file) => open().listen(`unix:${file}`));
    const port = await open().listen(options.address, tlsCredentials(options.tls ?? null));
    // Only now: it goes on until the drain, and would keep a process alive whose server did not start.
    void followReadiness(options.readiness, {
      intervalMs: READINESS_INTERVAL_MS,
      onChange: (isReady) => {
        health.report(isReady && !drain.signal.aborted);
      },
    });
    return { port, stop: () => stop(options, servers, socket) };
  } catch (error) {
    for (const server of servers) server.forceShutdown();
    await socket?.remove();
    throw error;
  }
}

function mount({ service, chain, guard, release, reflection = 'open' }: GrpcServerOptions, health: Health): Server {
  const serviceCalls = createServiceCalls(service, chain, {
    // The guard is the inner one: it closes the call's own stream.
    streams: guard,
    foreign: (method, call) => showCertificate(method, guard(method, call)),
  });
  const server = createServer({ ...CHANNEL_OPTIONS, interceptors: [serviceCalls] });
  const { definition, implementation } = mountTaskService(service);
  server.add<ServiceDefinition>(definition, implementation);
  const header = { 'cutroom-release': release };
  for (const of of health.services)
    addGrpcJsService(server, of, { chain, access: 'open', header, whileDraining: true });
  for (const of of createReflection(health.services))
    addGrpcJsService(server, of, { chain, access: reflection, header: {}, whileDraining: false });
  return server;
}

async function stop(
  { drain, graceMs }: GrpcServerOptions,
  servers: readonly Server[],
  socket: UnixSocket | null,
): Promise<void> {
  drain.begin();
  await socket?.remove();
  const timer = setTimeout(() => {
    for (const server of servers) server.forceShutdown();
  }, graceMs);
  try {
    await Promise.all(servers.map((server) => server.shutdown()));
  } finally {
    clearTimeout(timer);
  }
}
