import { type ServerInterceptor, ServerInterceptingCall } from '@grpc/grpc-js';
import { CERTIFICATE_KEY } from '../base-url.js';
import { clientCertificate } from '../tls/client-certificate.js';

/** Shows the certificate of a call's connection to the chain, as metadata, over whatever the caller sent there: nice-grpc hides the call. */
export const showCertificate: ServerInterceptor = (_, call) =>
  new ServerInterceptingCall(call, {
    start: (next) => {
      next({
        onReceiveMetadata: (metadata, nextListener) => {
          const certificate = clientCertificate(call.getAuthContext().sslPeerCertificate);
          if (certificate === null) metadata.remove(CERTIFICATE_KEY);
          // A subject may have any letters, and metadata may not.
          else metadata.set(CERTIFICATE_KEY, encodeURIComponent(JSON.stringify(certificate)));
          nextListener(metadata);
        },
      });
    },
  });
