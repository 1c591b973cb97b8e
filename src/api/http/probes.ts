import type { HttpResponse } from './http-types.js';

export interface Readiness {
  /** Resolves while the store answers. */
  readonly ping: () => Promise<void>;
  readonly drain: AbortSignal;
  readonly timeoutMs: number;
}

/** `/healthz`: this process lives and serves. It does not depend on the store, whose outage would otherwise restart the process. */
export function healthz(): HttpResponse {
  return text(200, 'ok\n');
}

/** `/readyz`: whether to send traffic here: not while draining, nor while the store does not answer. */
export async function readyz({ ping, drain, timeoutMs }: Readiness): Promise<HttpResponse> {
  if (drain.aborted) return text(503, 'draining\n');
  return (await answers(ping, timeoutMs)) ? text(200, 'ok\n') : text(503, 'the store does not answer\n');
}

/** Makes the page that a scrape gets. */
export type RenderMetrics = () => Promise<{ readonly contentType: string; readonly text: string }>;

/** `/metrics`, for Prometheus. Answers 200 without the store too, when it is needed most. */
export async function metricsPage(render: RenderMetrics): Promise<HttpResponse> {
  const { contentType, text: body } = await render();
  return text(200, body, contentType);
}

async function answers(ping: () => Promise<void>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  try {
    return await Promise.race([
      timeout,
      ping().then(
        () => true,
        () => false,
      ),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

function text(status: number, body: string, contentType = 'text/plain; charset=utf-8'): HttpResponse {
  const headers = { 'content-type': contentType, 'cache-control': 'no-store' };
  return { status, headers, body: { kind: 'text', text: body } };
}
