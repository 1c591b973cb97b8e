import { RenderError, type FailureReason } from '../../task/failure.js';
import { networkProblem } from '../../shared/http/network-problem.js';

/** Which input is fetched, and from where, for messages: a host and a field, never the URL, whose query may be a key. */
export interface FetchPlace {
  readonly field: string;
  /** With its port where that is unusual. */
  readonly host: string;
}

/** The error of a fetch. */
export function fetchError(reason: FailureReason, message: string, { field, host }: FetchPlace): RenderError {
  return new RenderError(reason, `this input could not be fetched from ${host}: ${message}`, { field });
}

/** The error of the network. It carries no cause: a cause would end in the log, and errors of HTTP parsers and URLs contain the request. */
export function networkError(error: unknown, place: FetchPlace): RenderError {
  const { kind, description } = networkProblem(error);
  switch (kind) {
    case 'address-refused':
      return fetchError('INPUT_ADDRESS_REFUSED', `the host ${description}`, place);
    case 'not-trusted':
      return fetchError('INPUT_FETCH_REFUSED', description, place);
    case 'timeout':
    case 'failed':
      return fetchError('INPUT_FETCH_FAILED', description, place);
  }
}
