import type { Document, MongoClient } from 'mongodb';

export interface FailPoint {
  /** Waits until it was entered so many times since it was set. */
  entered(times: number): Promise<void>;
  off(): Promise<void>;
}

/** Makes a mongod with test commands on fail in a chosen way. */
export async function setFailPoint(
  client: MongoClient,
  name: string,
  mode: Document | 'alwaysOn',
  data: Document,
): Promise<FailPoint> {
  const admin = client.db('admin');
  const { count } = await admin.command({ configureFailPoint: name, mode, data });
  return {
    entered: async (times) => {
      await admin.command({ waitForFailPoint: name, timesEntered: Number(count) + times, maxTimeMS: 10_000 });
    },
    off: async () => {
      await admin.command({ configureFailPoint: name, mode: 'off' });
    },
  };
}

/** The store's writes, by the connections that they use. */
export const WRITES = { failCommands: ['insert', 'update'], appName: 'cutroom' };
export const REMOVALS = { failCommands: ['delete'], appName: 'cutroom' };
export const LEASE_WRITES = { failCommands: ['update'], appName: 'cutroom-leases' };

/**
 * Runs a write that MongoDB applies, and whose answer is lost, also when the driver asks again.
 * @param before how many such commands the call sends, and changes nothing by, ahead of the write.
 * @returns what the store says of it.
 */
export async function withLostAnswer<T>(
  client: MongoClient,
  commands: Document,
  write: () => Promise<T>,
  before = 0,
): Promise<T> {
  const applied = await setFailPoint(client, 'onPrimaryTransactionalWrite', { times: 1 }, { closeConnection: true });
  // The first command passes; the driver's own retry, which the server would answer as done, is cut off before it runs.
  const retry = await setFailPoint(client, 'failCommand', { skip: before + 1 }, { ...commands, closeConnection: true });
  try {
    const result = write();
    // If the write fails before the server is reached, that is what the test is to be told.
    await Promise.race([Promise.all([applied.entered(1), retry.entered(1)]), result.then(() => undefined)]);
    await retry.off();
    return await result;
  } finally {
    await applied.off();
    await retry.off();
  }
}
