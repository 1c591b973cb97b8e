import { MongoClient, MongoServerError, type MongoClientOptions } from 'mongodb';

const DEFAULT_DATABASE = 'cutroom';

/**
 * For each of our uses a client with connections of its own, so that a heartbeat never waits behind a long list, and a change stream notices
 * the death of its node in seconds (with the driver's defaults: 30 s).
 */
export interface Clients {
  readonly main: MongoClient;
  readonly leases: MongoClient;
  readonly feed: MongoClient;
  readonly database: string;
  close(): Promise<void>;
}

/**
 * Connects to a replica set or sharded cluster.
 * @throws Error that names the hosts (never the password) when none answers, or the server is a standalone one: see docs/adr/0002.
 */
export async function connectClients(uri: string): Promise<Clients> {
  const main = new MongoClient(uri, optionsOf('cutroom', 50));
  const leases = new MongoClient(uri, optionsOf('cutroom-leases', 8));
  const feed = new MongoClient(uri, optionsOf('cutroom-feed', 4));
  const all = [main, leases, feed];
  const close = async (): Promise<void> => {
    await Promise.all(all.map((client) => client.close()));
  };
  try {
    await Promise.all(all.map((client) => client.connect()));
    await refuseStandalone(main);
  } catch (error) {
    await close();
    throw connectError(error, main);
  }
  return { main, leases, feed, database: databaseOf(uri), close };
}

function optionsOf(appName: string, maxPoolSize: number): MongoClientOptions {
  return {
    appName,
    maxPoolSize,
    // A frozen primary blocks for 2 s with these, for 40 s with the defaults.
    heartbeatFrequencyMS: 500,
    connectTimeoutMS: 1000,
    serverSelectionTimeoutMS: 2000,
    // One question for each of these times and node, where the stream of answers also has a connection that measures how long they take.
    serverMonitoringMode: 'poll',
    // The store's promises depend on these; a URI does not change them.
    retryWrites: true,
    retryReads: true,
    readPreference: 'primary',
    readConcern: { level: 'majority' },
    writeConcern: { w: 'majority' },
  };
}

async function refuseStandalone(client: MongoClient): Promise<void> {
  const hello = await client.db('admin').command({ hello: 1 });
  const isCluster = typeof hello.setName === 'string' || hello.msg === 'isdbgrid';
  if (!isCluster) {
    throw new StandaloneError(
      'MongoDB must run as a replica set (one node will do: start it with --replSet and run rs.initiate()): a standalone server has no change streams',
    );
  }
}

class StandaloneError extends Error {}

function connectError(error: unknown, client: MongoClient): Error {
  if (error instanceof StandaloneError) return error;
  const hosts = client.options.srvHost ?? client.options.hosts.join(',');
  // The server's own words (wrong password, say) name no secret; those of the driver are kept as the cause only.
  const said = error instanceof MongoServerError ? `: ${error.message}` : '';
  return new Error(`cannot connect to MongoDB at ${hosts}${said}`, { cause: error });
}

/** The database that a URI names, or ours; the driver itself says `test` when it names none. */
export function databaseOf(uri: string): string {
  const name = /^[^:]+:\/\/[^/]*\/([^?]*)/.exec(uri)?.[1];
  return name === undefined || name === '' ? DEFAULT_DATABASE : decodeURIComponent(name);
}
