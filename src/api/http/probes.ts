import { findProblem, type Readiness } from '../readiness.js';
import type { HttpResponse } from './http-types.js';

/** `/healthz`: this process lives and serves. It does not depend on the store, whose outage would otherwise restart the process. */
export function healthz(): HttpResponse {
  return text(200, 'ok\n');
}

/** `/readyz`: whether to send traffic here; else why not. */
export async function readyz(readiness: Readiness): Promise<HttpResponse> {
  const problem = await findProblem(readiness);
  return problem === null ? text(200, 'ok\n') : text(503, `${problem}\n`);
}

/** Makes the page that a scrape gets. */
export type RenderMetrics = () => Promise<{ readonly contentType: string; readonly text: string }>;

/** `/metrics`, for Prometheus. Answers 200 without the store too, when it is needed most. */
export async function metricsPage(render: RenderMetrics): Promise<HttpResponse> {
  const { contentType, text: body } = await render();
  return text(200, body, contentType);
}

function text(status: number, body: string, contentType = 'text/plain; charset=utf-8'): HttpResponse {
  const headers = { 'content-type': contentType, 'cache-control': 'no-store' };
  return { status, headers, body: { kind: 'text', text: body } };
}
