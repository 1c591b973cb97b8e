import { createServer } from 'node:net';
import type { Config } from '../config/config.js';
import { type Address, formatAddress } from '../config/readers.js';
import { type Check, fail, messageOf, ok } from './check.js';

/** Whether a Cutroom answers at the HTTP address. */
export async function isServing({ httpAddress }: Pick<Config, 'httpAddress'>): Promise<boolean> {
  if (httpAddress.port === 0) return false;
  const answer = await fetch(`http://${formatAddress(httpAddress)}/v1/tasks?pageSize=1`, {
    signal: AbortSignal.timeout(2000),
  }).catch(() => null);
  const body: unknown = await answer?.json().catch(() => null);
  return typeof body === 'object' && body !== null && ('nextPageToken' in body || 'details' in body);
}

/** Whether an address can be listened on. It is, and closed at once. */
export async function checkEndpoint(name: string, address: Address, variable: string): Promise<Check> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: address.host, port: address.port, exclusive: true }, resolve);
    });
    return ok(name, address.port === 0 ? `${address.host}, any free port` : `${formatAddress(address)} is free`);
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    return isTaken
      ? fail(
          name,
          `${formatAddress(address)} is taken by another program`,
          `stop that, or set ${variable} to another port`,
        )
      : fail(name, `${formatAddress(address)}: ${messageOf(error)}`, `set ${variable} to an address of this machine`);
  } finally {
    server.close();
  }
}
