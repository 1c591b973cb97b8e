import type { Metadata as GrpcMetadata, ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { Metadata } from 'nice-grpc';
import type { ClientCertificate } from '../../task/authenticator.js';
import type { CallOrigin } from '../chain/call.js';
import { clientCertificate } from '../tls/client-certificate.js';

/** The transport's side of a call of the service. Each part is made when it is first asked for: most never are. */
export class GrpcOrigin implements CallOrigin {
  readonly #call: ServerInterceptingCallInterface;
  readonly #received: GrpcMetadata;
  #metadata: Metadata | null = null;
  #header: Metadata | null = null;
  #trailer: Metadata | null = null;
  #signal: AbortController | null = null;
  #isAborted = false;

  constructor(call: ServerInterceptingCallInterface, received: GrpcMetadata) {
    this.#call = call;
    this.#received = received;
  }

  get peer(): string {
    return this.#call.getPeer();
  }

  get authority(): string {
    return this.#call.getHost();
  }

  get certificate(): ClientCertificate | null {
    return clientCertificate(this.#call.getAuthContext().sslPeerCertificate);
  }

  get metadata(): Metadata {
    if (this.#metadata) return this.#metadata;
    const metadata = Metadata();
    for (const key of Object.keys(this.#received.getMap()))
      for (const value of this.#received.get(key)) metadata.append(key, value);
    return (this.#metadata = metadata);
  }

  get header(): Metadata {
    return (this.#header ??= Metadata());
  }

  get trailer(): Metadata {
    return (this.#trailer ??= Metadata());
  }

  /** The metadata that is to be sent before the first message or the status; null: none. */
  get sentHeader(): Metadata | null {
    return this.#header;
  }

  /** The metadata that is to be sent at the end; null: none. */
  get sentTrailer(): Metadata | null {
    return this.#trailer;
  }

  get signal(): AbortSignal {
    this.#signal ??= new AbortController();
    if (this.#isAborted) this.#signal.abort();
    return this.#signal.signal;
  }

  abort(): void {
    this.#isAborted = true;
    this.#signal?.abort();
  }
}
