import type { Status } from 'nice-grpc';
import { isMoneyPrinterTurboPath } from './moneyprinterturbo/api-path.js';
import { failure } from './moneyprinterturbo/envelope.js';
import { plainError } from './http-error.js';
import type { HttpResponse } from './http-types.js';

/** What went wrong with a request outside its route, in the form that the clients of its path know. */
export function refusal(path: string, httpStatus: number, code: Status, message: string): HttpResponse {
  return isMoneyPrinterTurboPath(path) ? failure(httpStatus, message) : plainError(httpStatus, code, message);
}
