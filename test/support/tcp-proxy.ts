import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a port that can become half-open, as when a machine or a firewall goes away without a word. */
export interface TcpProxy {
  readonly port: number;
  /**
   * From now on no byte goes through, and nothing says so: connections stay open, and new ones are taken. After `heal` new ones work again; those of before stay
   * as they are, since at their other end nobody knows them.
   */
  halfOpen(): void;
  heal(): void;
  close(): void;
}

/** Two ends of a connection that are joined while it is whole. */
interface Pair {
  readonly near: Socket;
  readonly far: Socket | null;
}

export async function startTcpProxy(target: () => number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let isHalfOpen = false;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = isHalfOpen ? null : connect({ port: target(), host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const pair = { near, far };
    pairs.add(pair);
    for (const end of [near, far]) {
      // One that breaks takes the other along, unless it has become half-open.
      end?.on('error', () => undefined);
      end?.on('close', () => {
        if (!pairs.delete(pair)) return;
        near.destroy();
        far?.destroy();
      });
    }
    if (far) {
      near.pipe(far);
      far.pipe(near);
    } else near.pause();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lost = new Set<Pair>();
  return {
    port: (server.address() as AddressInfo).port,
    halfOpen() {
      isHalfOpen = true;
      for (const pair of pairs) {
        pairs.delete(pair);
        lost.add(pair);
        for (const end of [pair.near, pair.far]) {
          end?.unpipe();
          end?.pause();
        }
        // The real server would see no end either; it goes with the proxy.
      }
    },
    heal() {
      isHalfOpen = false;
      for (const pair of pairs) {
        if (pair.far !== null) continue;
        pairs.delete(pair);
        lost.add(pair);
      }
    },
    close() {
      for (const { near, far } of [...pairs, ...lost]) {
        near.destroy();
        far?.destroy();
      }
      server.close();
    },
  };
}
