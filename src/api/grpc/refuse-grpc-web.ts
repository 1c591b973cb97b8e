import { subscribe } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Server, Socket } from 'node:net';
import { grpcWebRefusal, isGrpcWeb } from '../grpc-web.js';

type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => void;

const seen = new WeakSet<Server>();
let isWatching = false;

/**
 * Has every HTTP/2 server of this process refuse calls of gRPC-Web. grpc-js takes each content type that begins with `application/grpc`: it would carry such a
 * call out and answer in a form that its caller cannot read, and shows the content type to no interceptor. Its HTTP/2 server can only be seen
 * by its connections.
 */
export function refuseGrpcWeb(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe('net.server.socket', (message) => {
    const { server } = (message as { readonly socket: Socket & { readonly server?: Server } }).socket;
    if (!server || seen.has(server)) return;
    seen.add(server);
    // HTTP/1 servers have no such listeners.
    for (const listener of server.listeners('stream') as StreamListener[]) {
      server.removeListener('stream', listener);
      server.on('stream', refusing(listener));
    }
  });
}

function refusing(listener: StreamListener): StreamListener {
  return (stream, headers, ...rest) => {
    const type = headers['content-type'];
    if (!isGrpcWeb(type)) {
      listener(stream, headers, ...rest);
      return;
    }
    // A caller that resets its stream is no fault of ours.
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, ...grpcWebRefusal(type) }, { endStream: true });
    stream.resume();
  };
}
