import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file that was put. */
export interface ReceivedPut {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly sha256: string;
  readonly bytes: number;
  /** Whether its bytes are those of its Content-MD5. */
  readonly isWhole: boolean;
}

/** A server that takes files, as storage services do by presigned URLs. */
export interface PutReceiver {
  /** Without a final slash. */
  readonly url: string;
  readonly port: number;
  readonly puts: readonly ReceivedPut[];
  /** How it answers a whole file from now on. Default: 200. */
  answer: (response: ServerResponse) => void;
  /** Takes a request in the place of this server; null: it does itself. */
  take: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  close(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startPutReceiver(): Promise<PutReceiver> {
  const puts: ReceivedPut[] = [];
  const server = createServer((request, response) => {
    if (receiver.take) {
      receiver.take(request, response);
      return;
    }
    const [md5, sha256] = [createHash('md5'), createHash('sha256')];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      md5.update(chunk);
      sha256.update(chunk);
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const isWhole = md5.digest('base64') === headers['content-md5'];
      puts.push({ method, path: url, headers, sha256: sha256.digest('hex'), bytes, isWhole });
      receiver.answer(response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: PutReceiver = {
    url: `http://127.0.0.1:${port}`,
    port,
    puts,
    answer: (response) => response.writeHead(200).end(),
    take: null,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return receiver;
}
