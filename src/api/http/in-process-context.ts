import { type CallContext, Metadata } from 'nice-grpc';
import { metadataOf } from './call-metadata.js';
import type { HttpRequest } from './http-types.js';

/** The context of a call that did not come over gRPC. Few calls look at their metadata, so each part is made when it is first asked for. */
export class InProcessContext implements CallContext {
  readonly peer: string;
  readonly #request: Pick<HttpRequest, 'headers' | 'signal' | 'peer'>;
  #metadata: Metadata | null = null;
  #header: Metadata | null = null;
  #trailer: Metadata | null = null;

  constructor(request: Pick<HttpRequest, 'headers' | 'signal' | 'peer'>) {
    this.peer = request.peer;
    this.#request = request;
  }

  get metadata(): Metadata {
    return (this.#metadata ??= metadataOf(this.#request));
  }

  get header(): Metadata {
    return (this.#header ??= Metadata());
  }

  /** What was set to be sent, if anything was. */
  get sentHeader(): Metadata | null {
    return this.#header;
  }

  get trailer(): Metadata {
    return (this.#trailer ??= Metadata());
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  /** There is no header to send ahead: an HTTP answer goes as one. */
  sendHeader(): void {
    return;
  }
}
