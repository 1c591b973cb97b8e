import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { TenantLimits } from '../task/limits.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import { quotaExceeded } from '../task/quotas.js';

/** Holds tenants to their limit of open connections, of all servers of this process together. */
export interface ConnectionLimits {
  /**
   * A tenant calls over a connection, which counts as its own from the first call on until it is closed. One over which callers of several tenants come,
   * such as a proxy's, counts for each. Calls over Unix sockets do not count.
   * @param peer `address:port` of its other end.
   * @throws CallError QUOTA_EXCEEDED; a connection that is no tenant's is closed a moment later.
   */
  admit(tenant: string, peer: string): void;
  close(): void;
}

/** So that the refusal still arrives. */
const REFUSED_MS = 1_000;
const RETRY_MS = 1_000;

interface Connection {
  readonly socket: Socket;
  readonly tenants: Set<string>;
  isClosing: boolean;
}

export function createConnectionLimits(limits: PerTenant<Pick<TenantLimits, 'connections'>>): ConnectionLimits {
  const open = new Map<string, Connection>();
  const counts = new Map<string, number>();

  // The only place where connections to a grpc-js server can be seen.
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) return;
    const peer = `${remoteAddress}:${remotePort}`;
    const connection: Connection = { socket, tenants: new Set(), isClosing: false };
    open.set(peer, connection);
    socket.once('close', () => {
      if (open.get(peer) === connection) open.delete(peer);
      for (const tenant of connection.tenants) {
        const left = (counts.get(tenant) ?? 1) - 1;
        if (left === 0) counts.delete(tenant);
        else counts.set(tenant, left);
      }
    });
  };
  subscribe('net.server.socket', onSocket);

  function closeSoon(connection: Connection): void {
    if (connection.isClosing || connection.tenants.size > 0) return;
    connection.isClosing = true;
    setTimeout(() => {
      connection.isClosing = false;
      if (connection.tenants.size === 0) connection.socket.destroy();
    }, REFUSED_MS).unref();
  }

  return {
    admit(tenant, peer) {
      const limit = limits.of(tenant).connections;
      const connection = open.get(peer);
      if (connection === undefined || connection.tenants.has(tenant)) return;
      const count = counts.get(tenant) ?? 0;
      if (limit !== null && count >= limit) {
        closeSoon(connection);
        throw quotaExceeded('connections', limit, { retryAfterMs: RETRY_MS });
      }
      connection.tenants.add(tenant);
      counts.set(tenant, count + 1);
    },
    close() {
      unsubscribe('net.server.socket', onSocket);
    },
  };
}
