import { type ServerInterceptor, ServerInterceptingCall } from '@grpc/grpc-js';
import { AUTHORITY_KEY, CERTIFICATE_KEY } from '../base-url.js';
import { clientCertificate } from '../tls/client-certificate.js';

/** Shows what is known of a call's connection to the chain: its `:authority`, the host by which it was called, and its certificate. As metadata, over whatever the caller sent there. */
export const showConnection: ServerInterceptor = (_, call) =>
  new ServerInterceptingCall(call, {
    start: (next) => {
      next({
        onReceiveMetadata: (metadata, nextListener) => {
          metadata.set(AUTHORITY_KEY, call.getHost());
          const certificate = clientCertificate(call.getAuthContext().sslPeerCertificate);
          if (certificate === null) metadata.remove(CERTIFICATE_KEY);
          // A subject may have any letters, and metadata may not.
          else metadata.set(CERTIFICATE_KEY, encodeURIComponent(JSON.stringify(certificate)));
          nextListener(metadata);
        },
      });
    },
  });
