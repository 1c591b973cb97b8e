import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that came. */
export interface ReceivedHook {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: { readonly type: string; readonly timestamp: string; readonly data: Record<string, unknown> };
}

/** A server that is told of events. */
export interface WebhookReceiver {
  /** The same also after it was down. */
  readonly url: string;
  readonly hooks: readonly ReceivedHook[];
  /** How it answers from now on. Default: 204. */
  answer: (response: ServerResponse) => void;
  down(): Promise<void>;
  up(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const hooks: ReceivedHook[] = [];
  let port = 0;
  let server: Server;
  const receiver = {
    url: '',
    hooks,
    answer: (response: ServerResponse): void => {
      response.writeHead(204).end();
    },
    up: async () => {
      server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          const json = JSON.parse(body) as ReceivedHook['json'];
          hooks.push({ method: request.method!, headers: request.headers, body, json });
          receiver.answer(response);
        });
      }).listen(port, '127.0.0.1');
      await once(server, 'listening');
      ({ port } = server.address() as AddressInfo);
    },
    down: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  await receiver.up();
  receiver.url = `http://127.0.0.1:${port}/hook`;
  return receiver;
}

/** Those headers of a hook that a verifier needs. */
export function signedHeaders({ headers }: ReceivedHook): Record<string, string> {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  return Object.fromEntries(names.map((name) => [name, String(headers[name] ?? '')]));
}
