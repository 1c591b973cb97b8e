import type { ClientCertificate, Credentials } from '../../task/authenticator.js';
import { CERTIFICATE_KEY } from '../base-url.js';
import type { CallOrigin } from './call.js';

/** RFC 6750, 2.1; the scheme in any case (RFC 9110, 11.1). */
const BEARER = /^Bearer +([^\s]+) *$/i;

/**
 * The credentials of a call, over whichever transport it came: `Authorization: Bearer …`, else `X-API-Key`, which clients of MoneyPrinterTurbo send. An
 * `Authorization` of another scheme is that of a proxy, and none of ours.
 */
export function credentialsIn(origin: Pick<CallOrigin, 'headers' | 'metadata' | 'certificate'>): Credentials {
  const { headers } = origin;
  const bearer = BEARER.exec(
    (headers
      ? (headers.authorization ?? headers['grpc-metadata-authorization'])
      : origin.metadata.get('authorization')?.toString()) ?? '',
  )?.[1];
  const token =
    bearer ?? (headers ? headers['x-api-key'] : origin.metadata.get('x-api-key')?.toString())?.trim() ?? null;
  return {
    token: token === '' ? null : token,
    certificate: headers || origin.certificate !== undefined ? (origin.certificate ?? null) : shownIn(origin.metadata),
  };
}

/** Our own interceptor has put it there. */
function shownIn(metadata: CallOrigin['metadata']): ClientCertificate | null {
  const text = metadata.get(CERTIFICATE_KEY)?.toString();
  return text === undefined ? null : (JSON.parse(decodeURIComponent(text)) as ClientCertificate);
}
