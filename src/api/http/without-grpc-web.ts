import { grpcWebRefusal, isGrpcWeb } from '../grpc-web.js';
import type { HttpHandler } from './http-types.js';

/** Refuses calls of gRPC-Web before anything reads them as something else. */
export function withoutGrpcWeb(handler: HttpHandler): HttpHandler {
  return (request) => {
    const type = request.headers['content-type'];
    if (!isGrpcWeb(type)) return handler(request);
    return { status: 200, headers: grpcWebRefusal(type), body: { kind: 'text', text: '' } };
  };
}
