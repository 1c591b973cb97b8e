import type { Trace } from '../../task/trace.js';
import type { CallOrigin } from './call.js';

/** What callers and proxies send may be anything: only what looks like an id is taken. */
const ID = /^[\x21-\x7e]{1,128}$/;

/** The ids that a caller gave its call. */
export function traceOf({ headers, metadata }: Partial<Pick<CallOrigin, 'metadata' | 'headers'>>): Trace {
  const read = (name: string): string | null => {
    const id = headers ? headers[name] : metadata?.get(name)?.toString();
    return id !== undefined && ID.test(id) ? id : null;
  };
  const requestId = read('x-request-id');
  const traceparent = read('traceparent');
  return { ...(requestId === null ? {} : { requestId }), ...(traceparent === null ? {} : { traceparent }) };
}
