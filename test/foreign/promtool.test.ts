import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startApiUnderTest } from '../integration/api/api-under-test.js';

it('promtool finds no fault in the metrics of the service', async () => {
  const under = await startApiUnderTest();
  try {
    await fetch(`${under.httpUrl}/v1/tasks`);
    await fetch(`${under.httpUrl}/v1/tasks/nobody`);
    const page = await fetch(`${under.httpUrl}/metrics`);
    const text = await page.text();
    expect(page.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toContain(
      'grpc_server_handled_total{grpc_type="unary",grpc_service="cutroom.v1.TaskService",grpc_method="GetTask",grpc_code="NotFound"} 1',
    );
    expect(await promtool(text)).toBe('');
  } finally {
    await under.stop();
  }
});

/** What promtool has to say. */
async function promtool(text: string): Promise<string> {
  const child = spawn('promtool', ['check', 'metrics']);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.end(text);
  await once(child, 'close');
  return said.trim();
}
