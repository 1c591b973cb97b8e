import { ServerCredentials } from '@grpc/grpc-js';
import type { ServerTls } from '../tls/server-tls.js';

/** The credentials of a grpc-js server. Its own have neither a least version nor ciphers once they are changed. */
export function tlsCredentials(tls: ServerTls | null): ServerCredentials {
  return tls === null ? ServerCredentials.createInsecure() : new TlsCredentials(tls);
}

class TlsCredentials extends ServerCredentials {
  constructor(tls: ServerTls) {
    super({ requestCert: tls.clients !== 'none', rejectUnauthorized: tls.clients === 'require' }, tls.current());
    tls.onChange((context) => {
      this.updateSecureContextOptions(context);
    });
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
