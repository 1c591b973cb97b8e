import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server that inputs are fetched from. */
export interface HttpOrigin {
  /** Such as `http://127.0.0.1:1234`. */
  readonly url: string;
  /** host:port */
  readonly host: string;
  readonly port: number;
  /** Every request so far, in order. */
  readonly requests: readonly IncomingMessage[];
  /** Connections that are open now. */
  connections(): Promise<number>;
  /** What is served at a path from now on. */
  on(path: string, listener: RequestListener): void;
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. What it knows nothing of is 404. */
export async function startHttpOrigin(): Promise<HttpOrigin> {
  const routes = new Map<string, RequestListener>();
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const listener = routes.get(new URL(request.url!, 'http://origin').pathname);
    if (listener) listener(request, response);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    port,
    requests,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error) reject(error);
          else resolve(count);
        });
      }),
    on: (path, listener) => {
      routes.set(path, listener);
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
