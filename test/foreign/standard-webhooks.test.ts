import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pythonTool } from '../../scripts/lib/python-tools.mjs';
import { createHttpNotifier } from '../../src/notify/http-notifier.js';
import { newSigningSecret } from '../../src/task/signing-secret.js';
import { signedHeaders, startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

/** Prints the type of a verified event, or `refused`. */
const PROGRAM = `
import json, sys
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
order = json.load(sys.stdin)
try:
    print(Webhook(order["secret"]).verify(order["body"], order["headers"])["data"]["title"])
except WebhookVerificationError:
    print("refused")
`;

let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(() => receiver.down());

async function verifiedByPython(order: object): Promise<string> {
  const env = { ...process.env, PYTHONPATH: pythonTool('standardwebhooks'), PYTHONIOENCODING: 'utf-8' };
  const child = spawn('python3', ['-c', PROGRAM], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.stdin.end(JSON.stringify(order));
  await once(child, 'close');
  return text.trim();
}

it('the Python library of Standard Webhooks verifies a delivery, and refuses one that was changed', async () => {
  const rules = { mode: 'public', allow: [{ kind: 'range', cidr: '127.0.0.0/8', port: null }] } as const;
  const secret = newSigningSecret({ name: 'a', tenant: 't' }, { random: randomBytes(40), nowMs: 1 }).text;
  const body = JSON.stringify({ type: 'task.ended', data: { title: 'Grüße “1” 🎬' } });
  const order = { url: receiver.url, id: 'evt_1', timeMs: Date.now(), body, secret };
  const outcome = await createHttpNotifier({ rules: () => rules }).send(order, new AbortController().signal);
  expect(outcome).toMatchObject({ kind: 'DELIVERED' });
  const [hook] = receiver.hooks;
  const headers = signedHeaders(hook!);
  expect(await verifiedByPython({ secret, body: hook!.body, headers })).toBe('Grüße “1” 🎬');
  expect(await verifiedByPython({ secret, body: hook!.body.replace('1', '2'), headers })).toBe('refused');
});
