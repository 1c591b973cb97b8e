import { Metadata, ServerError } from 'nice-grpc';
import type { ClientCertificate } from '../../../task/authenticator.js';
import type { CallOrigin } from '../../chain/call.js';
import type { HttpRequest } from '../http-types.js';
import { metadataOf } from './call-metadata.js';
import type { CallScope } from './call-scope.js';

/** A call that came over HTTP. Few calls look at their metadata, so each part is made when it is first asked for. */
export class HttpCall implements CallOrigin {
  readonly peer: string;
  readonly headers: HttpRequest['headers'];
  readonly #request: HttpRequest;
  readonly #scope: CallScope | null;
  #metadata: Metadata | null = null;
  #header: Metadata | null = null;
  #trailer: Metadata | null = null;

  /** @param scope null: the call has no deadline, and ends with its answer. */
  constructor(request: HttpRequest, scope: CallScope | null) {
    this.peer = request.peer;
    this.headers = request.headers;
    this.#request = request;
    this.#scope = scope;
  }

  get certificate(): ClientCertificate | null {
    return this.#request.certificate ?? null;
  }

  get metadata(): Metadata {
    return (this.#metadata ??= metadataOf(this.#request));
  }

  get header(): Metadata {
    return (this.#header ??= Metadata());
  }

  /** The header metadata that was set; null when none was. */
  get sentHeader(): Metadata | null {
    return this.#header;
  }

  get trailer(): Metadata {
    return (this.#trailer ??= Metadata());
  }

  get signal(): AbortSignal {
    return this.#scope?.signal ?? this.#request.signal;
  }

  /** To be asked before an answer counts as one. @throws ServerError DEADLINE_EXCEEDED when the caller's own deadline has passed. */
  throwIfLate(): void {
    const reason: unknown = this.#scope?.signal.reason;
    if (reason instanceof ServerError) throw reason;
  }
}
