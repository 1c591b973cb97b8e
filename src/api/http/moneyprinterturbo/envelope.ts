import type { JsonValue } from '@bufbuild/protobuf';
import type { Status } from 'nice-grpc';
import { plainError } from '../http-error.js';
import { type HttpResponse, jsonResponse } from '../http-types.js';

/** The path prefix of every route that answers in MoneyPrinterTurbo's envelope. */
export const PREFIX = '/api/v1';

export function isMoneyPrinterTurboPath(path: string): boolean {
  return path === PREFIX || path.startsWith(`${PREFIX}/`);
}

/** MoneyPrinterTurbo's answer to a request that succeeded: its clients look at the number in `status`. */
export function success(data: JsonValue): HttpResponse {
  return jsonResponse(200, JSON.stringify({ status: 200, message: 'success', data }));
}

/** Its answer to a request that failed; `data` is there only where there are more details. */
export function failure(
  status: number,
  message: string,
  more: { data?: JsonValue; headers?: Readonly<Record<string, string>> } = {},
): HttpResponse {
  const body = { status, message, ...(more.data === undefined ? {} : { data: more.data }) };
  return jsonResponse(status, JSON.stringify(body), more.headers);
}

/** An error of a request outside its route, in the form that the clients of its path know. */
export function refusal(path: string, httpStatus: number, code: Status, message: string): HttpResponse {
  return isMoneyPrinterTurboPath(path) ? failure(httpStatus, message) : plainError(httpStatus, code, message);
}
