import type { JsonValue } from '@bufbuild/protobuf';
import { type HttpResponse, jsonResponse } from '../http-types.js';

/** MoneyPrinterTurbo's answer to what went well: its clients look at the number in `status`. */
export function success(data: JsonValue): HttpResponse {
  return jsonResponse(200, JSON.stringify({ status: 200, message: 'success', data }));
}

/** Its answer to what did not; `data` is there only where there is more to tell. */
export function failure(
  status: number,
  message: string,
  more: { data?: JsonValue; headers?: Readonly<Record<string, string>> } = {},
): HttpResponse {
  const body = { status, message, ...(more.data === undefined ? {} : { data: more.data }) };
  return jsonResponse(status, JSON.stringify(body), more.headers);
}
