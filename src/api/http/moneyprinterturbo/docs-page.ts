import type { HttpResponse } from '../http-types.js';

/** `GET /docs`, where clients look whether the service lives, and people how to use it. */
export function docsPage(): HttpResponse {
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
