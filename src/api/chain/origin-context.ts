import type { Caller } from '../../task/caller.js';
import type { Trace } from '../../task/trace.js';
import type { BaseUrlOf } from '../base-url.js';
import type { CallOrigin, MethodContext } from './call.js';
import { traceOf } from './trace-of.js';

/** A class, so that neither signal, URL nor trace is made before a method asks for it: most unary methods never do. */
export class OriginContext implements MethodContext {
  readonly caller: Caller;
  readonly #origin: CallOrigin;
  readonly #baseUrl: BaseUrlOf;

  constructor(caller: Caller, origin: CallOrigin, baseUrl: BaseUrlOf) {
    this.caller = caller;
    this.#origin = origin;
    this.#baseUrl = baseUrl;
  }

  get baseUrl(): string {
    return this.#baseUrl(this.#origin);
  }

  get trace(): Trace {
    return traceOf(this.#origin);
  }

  get signal(): AbortSignal {
    return this.#origin.signal;
  }
}
