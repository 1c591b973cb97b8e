import { Status } from 'nice-grpc';

/** Why gRPC-Web is refused: by both servers, and in the same words. */
const MESSAGE =
  'gRPC-Web is not served here: call the gRPC port by gRPC, or the JSON API on the HTTP port; a proxy such as Envoy can translate';

/** Whether a content type is that of gRPC-Web: `application/grpc-web`, `application/grpc-web-text+proto` and so on. */
export function isGrpcWeb(contentType: string | undefined): contentType is string {
  return contentType !== undefined && /^application\/grpc-web\b/i.test(contentType);
}

/**
 * The headers of an answer without a body that refuses a call of gRPC-Web: a status that its clients read (PROTOCOL-WEB.md, as of gRPC's
 * responses of trailers only).
 */
export function grpcWebRefusal(contentType: string): Record<string, string> {
  return { 'content-type': contentType, 'grpc-status': String(Status.UNIMPLEMENTED), 'grpc-message': MESSAGE };
}
