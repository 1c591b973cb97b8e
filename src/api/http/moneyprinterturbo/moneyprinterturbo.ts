import { type HttpRequest, type HttpResponse } from '../http-types.js';
import { compilePathTemplate } from '../path-template.js';
import { failure, isMoneyPrinterTurboPath, PREFIX, success } from './envelope.js';
import { errorResponse } from './error-response.js';
import { mediaRoutes } from './media-routes.js';
import { createChainCall, type MoneyPrinterTurboOptions, type MoneyPrinterTurboRoute } from './route.js';
import { taskRoutes } from './task-routes.js';

/** The routes that clients of MoneyPrinterTurbo know. */
export interface MoneyPrinterTurbo {
  /** Null: the path is none of theirs. Never rejects. */
  readonly answer: (request: HttpRequest) => Promise<HttpResponse | null>;
  /** For documents, with their whole paths. */
  readonly routes: readonly Pick<MoneyPrinterTurboRoute, 'method' | 'template' | 'access' | 'doc'>[];
  /** Further paths, which are open to all. */
  readonly pages: readonly string[];
}

export function createMoneyPrinterTurbo(options: MoneyPrinterTurboOptions): MoneyPrinterTurbo {
  const described = [...taskRoutes(options), ...mediaRoutes(options), ...routesNotDone(), ping()].map((route) => ({
    ...route,
    template: PREFIX + route.template,
  }));
  const routes = described.map((route) => ({
    ...route,
    template: compilePathTemplate(route.template),
    call: createChainCall(options.chain, route.access),
  }));

  async function answer(request: HttpRequest): Promise<HttpResponse | null> {
    // Their clients join URLs with and without a slash at the end, and follow no redirect.
    const path = pathOfFile(request.path.replace(/(?<=.)\/$/, ''));
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (PAGES.includes(path)) {
      if (method !== 'GET') return notAllowed(['GET']);
      return path === '/docs' ? docsPage() : success('pong');
    }
    if (!isMoneyPrinterTurboPath(path)) return null;
    const allow: string[] = [];
    for (const route of routes) {
      const variables = route.template.match(path);
      if (!variables) continue;
      allow.push(route.method);
      if (route.method === method) return route.handle(request, variables, route.call).catch(errorResponse);
    }
    return allow.length > 0 ? notAllowed(allow) : failure(404, 'there is nothing at this path');
  }
  return { answer, routes: described, pages: PAGES };
}

/** Where their clients look whether the service lives. */
const PAGES: readonly string[] = ['/docs', '/ping'];

/** Their routes that write, speak or search: answered in words, since 404 looks like a wrong address. */
const NOT_DONE: Readonly<Record<string, string>> = {
  '/scripts': 'no scripts are written',
  '/terms': 'no search terms are made',
  '/subtitle': 'no subtitles are made of speech; give subtitle_file or subtitle_cues to POST /videos',
  '/audio': 'no speech is made; give custom_audio_file to POST /videos',
  '/social-metadata': 'no texts for social media are written',
};

function routesNotDone(): MoneyPrinterTurboRoute[] {
  return Object.entries(NOT_DONE).map(([template, reason]) => ({
    method: 'POST',
    template,
    access: 'open',
    doc: null,
    handle: () => Promise.resolve(failure(501, `not done here: ${reason}`)),
  }));
}

function ping(): MoneyPrinterTurboRoute {
  const doc = { id: 'Ping', summary: 'Answers, to show that the service lives.' };
  return { method: 'GET', template: '/ping', access: 'open', doc, handle: () => Promise.resolve(success('pong')) };
}

/** Clients put the path of a video, or its whole URL, behind `/download/` and `/stream/`: of these the task and the file count. */
function pathOfFile(path: string): string {
  const [, route, rest = ''] = /^(\/api\/v1\/(?:download|stream))\/(.+)$/.exec(path) ?? [];
  if (route === undefined) return path;
  const [, task, file] = /(?:^|\/)tasks\/([^/?#]+)\/([^/?#]+)(?:[?#].*)?$/.exec(decoded(rest)) ?? [];
  if (task === undefined || file === undefined) return path;
  return `${route}/${encodeURIComponent(task)}/${encodeURIComponent(file)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function notAllowed(allow: readonly string[]): HttpResponse {
  const methods = (allow.includes('GET') ? [...allow, 'HEAD'] : allow).join(', ');
  return failure(405, `this path takes ${methods}`, { headers: { allow: methods } });
}

/** `GET /docs`, where clients check that the service lives, and people read how to use it. */
function docsPage(): HttpResponse {
  const text = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Cutroom</title></head>
<body>
<h1>Cutroom</h1>
<p>The API as <a href="/openapi.json">OpenAPI 3.1</a>. Clients of MoneyPrinterTurbo find their routes below <code>/api/v1</code>.</p>
</body>
</html>
`;
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: { kind: 'text', text } };
}
