import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMediaKit, type MediaKit } from '../fixtures/media-kit.js';
import { connect, type ForeignClient } from '../support/foreign-client.js';
import { startMongod, type Mongod } from '../support/mongod.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { spawnService, type SpawnedService } from '../support/spawned-service.js';

/** A line of a log, with the process that wrote it. */
export interface LogLine {
  readonly by: string;
  readonly msg: string;
  readonly task?: string;
  readonly revision?: number;
  readonly state?: string;
}

/** Processes on a replica set of three nodes, which tests stop, kill and start anew. */
export interface FleetUnderTest {
  readonly media: MediaKit;
  readonly mongod: Mongod;
  readonly uri: string;
  /** In front of each node, where they were asked for. */
  readonly proxies: readonly TcpProxy[];
  readonly names: readonly string[];
  /** Waits until it listens; tries again, as a supervisor does. */
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  kill(name: string): Promise<void>;
  /** One of those that only answer calls, by turns; of a process that is away the calls are UNAVAILABLE. */
  api(): ForeignClient;
  /** What all have logged, also those that are gone. */
  lines(): readonly LogLine[];
  /** How often a start failed. */
  readonly failedStarts: () => number;
  close(): Promise<void>;
}

const ENV = {
  CUTROOM_LEASE_MS: '4000',
  CUTROOM_HEARTBEAT_MS: '1000',
  CUTROOM_SWEEP_MS: '500',
  // So that a stop finds renders under way.
  CUTROOM_DRAIN_MS: '1000',
  CUTROOM_LOG_LEVEL: 'info',
};
const MOST_STARTS = 5;

interface Member {
  readonly service: SpawnedService;
  readonly client: ForeignClient;
}

export interface FleetOptions {
  readonly apis: number;
  readonly workers: number;
  /** Whether all traffic with the nodes, also among them, goes through proxies. */
  readonly proxied?: boolean;
  /** More variables of a process. */
  readonly envOf?: (name: string) => Record<string, string>;
}

export async function startFleet({
  apis,
  workers,
  proxied = false,
  envOf = () => ({}),
}: FleetOptions): Promise<FleetUnderTest> {
  const named = (what: string, count: number) => Array.from({ length: count }, (_, i) => `${what}-${i + 1}`);
  const [apiNames, workerNames] = [named('api', apis), named('worker', workers)];
  const proxies: TcpProxy[] = [];
  const through = async (port: number): Promise<number> => {
    const proxy = await startTcpProxy(() => port);
    proxies.push(proxy);
    return proxy.port;
  };
  const [media, folder, mongod] = await Promise.all([
    createMediaKit(),
    mkdtemp(join(tmpdir(), 'cutroom-chaos-')),
    startMongod({ nodes: 3, ...(proxied && { through }) }),
  ]);
  const uri = mongod.uriOf('chaos');
  const members = new Map<string, Member>();
  const logs: { readonly by: string; readonly lines: readonly string[] }[] = [];
  let failedStarts = 0;
  let turn = 0;
  const start = async (name: string): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        const service = await spawnService({
          ...{ MONGODB_URI: uri, CUTROOM_DATA_DIR: join(folder, name), CUTROOM_INPUT_ROOTS: media.folder, ...ENV },
          CUTROOM_SLOTS: apiNames.includes(name) ? '0' : '1',
          ...envOf(name),
        });
        logs.push({ by: name, lines: service.log });
        members.get(name)?.client.close();
        members.set(name, { service, client: connect(service.grpc) });
        return;
      } catch (error) {
        failedStarts += 1;
        if (tries === MOST_STARTS) throw error;
      }
    }
  };
  const fleet: FleetUnderTest = {
    ...{ media, mongod, uri, proxies, start, names: [...apiNames, ...workerNames] },
    stop: async (name) => {
      await members.get(name)!.service.stop();
    },
    kill: (name) => members.get(name)!.service.kill(),
    api: () => members.get(apiNames[(turn += 1) % apiNames.length]!)!.client,
    lines: () =>
      logs.flatMap(({ by, lines }) => lines.map((line) => ({ by, ...(JSON.parse(line) as Omit<LogLine, 'by'>) }))),
    failedStarts: () => failedStarts,
    close: async () => {
      for (const { client } of members.values()) client.close();
      await Promise.all([...members.values()].map(({ service }) => service.kill()));
      await mongod.stop();
      for (const proxy of proxies) proxy.close();
      await media.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    for (const name of fleet.names) await start(name);
    return fleet;
  } catch (error) {
    await fleet.close();
    throw error;
  }
}
