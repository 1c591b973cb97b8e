/** Headers of an answer that comes as time goes by: neither kept nor held back on its way. `X-Accel-Buffering` is nginx's word for that. */
export function streamHeaders(contentType: string): Record<string, string> {
  return { 'content-type': contentType, 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };
}
