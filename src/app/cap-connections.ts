import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** Descriptors that are left to files, processes, the store and the log. */
const RESERVE = 256;
const LEAST = 8;

/** How many connections a process may have that may open so many files. */
export function connectionsWithin(openFiles: number): number {
  return Math.max(LEAST, Math.floor(openFiles / 4), openFiles - RESERVE);
}

/** How many files this process may open; infinitely many where the system does not say. */
export function openFilesLimit(): number {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? Infinity : Number(limit);
  } catch {
    return Infinity;
  }
}

/**
 * Closes each new connection beyond `max` at once, of all servers of this process together: without a descriptor left, neither an input could
 * be opened nor a render be started. For the life of the process.
 */
export function capConnections(max: number, onRefused: () => void): void {
  if (!Number.isFinite(max)) return;
  let open = 0;
  // The only place where connections to a grpc-js server can be seen.
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { readonly socket: Socket };
    if (open >= max) {
      socket.destroy();
      onRefused();
      return;
    }
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  });
}
