import type { Session } from '../../task/authenticator.js';
import type { Caller } from '../../task/caller.js';
import type { Trace } from '../../task/trace.js';
import type { BaseUrlOf } from '../base-url.js';
import type { CallOrigin, MethodContext } from './call.js';
import { traceparentOf } from './call-spans.js';
import { traceOf } from './trace-of.js';

/** A class, so that neither signal, URL nor trace is made before a method asks for it: most unary methods never do. */
export class OriginContext implements MethodContext {
  readonly session: Session;
  readonly #origin: CallOrigin;
  readonly #baseUrl: BaseUrlOf;

  constructor(session: Session, origin: CallOrigin, baseUrl: BaseUrlOf) {
    this.session = session;
    this.#origin = origin;
    this.#baseUrl = baseUrl;
  }

  get caller(): Caller {
    return this.session.caller;
  }

  get baseUrl(): string {
    return this.#baseUrl(this.#origin);
  }

  get trace(): Trace {
    const given = traceOf(this.#origin);
    // The task continues the span of its submit, which continues that of the caller.
    const traceparent = traceparentOf(this.#origin);
    return traceparent === undefined ? given : { ...given, traceparent };
  }

  get signal(): AbortSignal {
    return this.#origin.signal;
  }
}
