/** The second process: everything that calls the service runs here. Takes one order per message, and answers each. */
import { connect } from 'node:net';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { measureLatency } from './api-latency.mjs';

const clients = new Map();

process.on('message', async (order) => {
  try {
    process.send({ result: await carryOut(order) });
  } catch (error) {
    process.send({ error: error instanceof Error ? error.stack : String(error) });
  }
});
process.once('disconnect', () => process.exit());

function carryOut(order) {
  switch (order.kind) {
    case 'grpc':
      return grpcRate(order);
    case 'http':
      return httpRate(order);
    default:
      return measureLatency(order);
  }
}

/**
 * Calls per second of a unary method, `concurrency` of them open at a time on one connection. Requests are encoded beforehand and answers
 * not decoded: as little as possible of the two processors goes to this side.
 */
async function grpcRate({ address, path, requests, durationMs, concurrency, token }) {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  const client = clientOf(address);
  const bytes = requests.map((request) => Buffer.from(request, 'base64'));
  const same = (value) => value;
  let next = 0;
  const call = () =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, same, same, bytes[next++ % bytes.length], metadata, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  await call(); // The connection is there when the clock starts.
  return countCalls({ durationMs, concurrency, caller: async () => call });
}

function clientOf(address) {
  const known =
    clients.get(address) ?? new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  clients.set(address, known);
  return known;
}

/** GETs per second over `concurrency` connections that stay open, one request at a time on each. */
async function httpRate({ address, path, durationMs, concurrency, token }) {
  const [host, port] = address.split(':');
  const shown = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${address}\r\n${shown}\r\n`);
  const sockets = [];
  try {
    return await countCalls({
      durationMs,
      concurrency,
      caller: async () => {
        const socket = connect({ host, port: Number(port), noDelay: true });
        sockets.push(socket);
        const call = requester(socket, request);
        await call();
        return call;
      },
    });
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** Writes the request and waits for the end of its answer: one with Content-Length, or the last chunk. */
function requester(socket, request) {
  let text = '';
  let settle = null;
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
    const head = text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1];
    const isWhole = length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= head + 4 + Number(length);
    if (!isWhole) return;
    const status = text.slice(9, 12);
    text = '';
    if (status === '200') settle.resolve();
    else settle.reject(new Error(`the server answered ${status}`));
  });
  socket.on('error', (error) => settle?.reject(error));
  return () =>
    new Promise((resolve, reject) => {
      settle = { resolve, reject };
      socket.write(request);
    });
}

/** Calls made per second by `concurrency` callers that each begin the next when one has ended. */
async function countCalls({ durationMs, concurrency, caller }) {
  const calls = await Promise.all(Array.from({ length: concurrency }, caller));
  const startedMs = performance.now();
  const endMs = startedMs + durationMs;
  let count = 0;
  await Promise.all(
    calls.map(async (call) => {
      while (performance.now() < endMs) {
        await call();
        count += 1;
      }
    }),
  );
  return (count * 1000) / (performance.now() - startedMs);
}
