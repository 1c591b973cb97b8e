import { type ServerInterceptor, ServerInterceptingCall } from '@grpc/grpc-js';
import { AUTHORITY_KEY } from '../base-url.js';

/** Shows a call's `:authority`, the host by which it was called, to the chain: as metadata, over whatever the caller sent there. */
export const showAuthority: ServerInterceptor = (_, call) =>
  new ServerInterceptingCall(call, {
    start: (next) => {
      next({
        onReceiveMetadata: (metadata, nextListener) => {
          metadata.set(AUTHORITY_KEY, call.getHost());
          nextListener(metadata);
        },
      });
    },
  });
