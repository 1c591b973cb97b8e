import { createServer } from 'node:net';
import type { Config } from '../config/config.js';
import { type Address, formatAddress } from '../config/readers.js';
import { checkSocket } from '../api/unix-socket.js';
import { type Check, fail, messageOf, ok, warn } from './check.js';

/** Whether a Cutroom answers at the HTTP address. */
export async function isServing({ httpAddress }: Pick<Config, 'httpAddress'>): Promise<boolean> {
  if (httpAddress.port === 0) return false;
  const answer = await fetch(`http://${formatAddress(httpAddress)}/v1/tasks?pageSize=1`, {
    signal: AbortSignal.timeout(2000),
  }).catch(() => null);
  const body: unknown = await answer?.json().catch(() => null);
  return typeof body === 'object' && body !== null && ('nextPageToken' in body || 'details' in body);
}

/** The state of a Cutroom that runs: whether its worker takes work, as its metrics tell. */
export async function checkService({ httpAddress }: Pick<Config, 'httpAddress'>): Promise<Check> {
  const url = `http://${formatAddress(httpAddress)}/metrics`;
  const page = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    (answer) => answer.text(),
    () => '',
  );
  const reason = /^cutroom_worker_paused\{reason="([^"]*)"\} 1$/m.exec(page)?.[1];
  if (reason === undefined) return ok('service', 'runs here, with its store and its ports');
  return warn('service', `runs here, and claims no task: ${reason}`, 'it goes on by itself once that is mended');
}

/** Whether the Unix sockets that are asked for can be made. */
export async function* checkSockets({
  socket,
  httpSocket,
}: Pick<Config, 'socket' | 'httpSocket'>): AsyncGenerator<Check, void> {
  const places = [
    { name: 'grpc-socket', file: socket, variable: 'CUTROOM_SOCKET' },
    { name: 'http-socket', file: httpSocket, variable: 'CUTROOM_HTTP_SOCKET' },
  ];
  for (const { name, file, variable } of places) {
    if (file === null) continue;
    const error = await checkSocket({ file, variable });
    yield error === null ? ok(name, `${file} can be made`) : fail(name, error.problem, error.fix);
  }
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
