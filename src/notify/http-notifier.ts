import { request, type Dispatcher } from 'undici';
import { Webhook } from 'standardwebhooks';
import { createGuardedAgent, type Resolve, systemResolve } from '../shared/http/guarded-agent.js';
import { networkProblem } from '../shared/http/network-problem.js';
import { outgoingProblem, outgoingUrl } from '../shared/http/outgoing-url.js';
import type { HttpInputRules } from '../shared/http/target-rules.js';
import type { DeliveryOutcome, DeliveryProblem } from '../task/notify.js';
import type { Notifier, NotifyRequest } from '../task/ports/notifier.js';

export interface HttpNotifierOptions {
  /** The rules of downloads, asked at each use: both let a caller have this machine connect to hosts of the caller's choice. */
  readonly rules: () => HttpInputRules;
  /** How long one attempt may take, name look-up and answer included. Default: 15 s. */
  readonly timeoutMs?: number;
  /** Default: the system's. */
  readonly resolve?: Resolve;
}

const TIMEOUT_MS = 15_000;
/** How much of an answer is read: it says nothing that its status does not. */
const MAX_ANSWER_BYTES = 1024;
const GONE = 410;

/** Sends events as HTTP POST, in the form of Standard Webhooks. Redirects are not followed. */
export function createHttpNotifier({
  rules,
  timeoutMs = TIMEOUT_MS,
  resolve = systemResolve,
}: HttpNotifierOptions): Notifier {
  async function send(order: NotifyRequest, signal: AbortSignal): Promise<DeliveryOutcome> {
    const parsed = outgoingUrl(order.url, rules());
    if (parsed.kind === 'problem') return failure('ADDRESS_REFUSED');
    const { url, target, rules: targetRules } = parsed;
    const connect = { connectTimeoutMs: timeoutMs, headersTimeoutMs: timeoutMs };
    const agent = createGuardedAgent({ target, rules: targetRules, resolve, ...connect });
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await request(url, {
        method: 'POST',
        dispatcher: agent,
        signal: AbortSignal.any([signal, timeout]),
        headers: headersOf(order),
        body: order.body,
      });
      await readSome(answer.body);
      return outcomeOf(answer.statusCode);
    } catch (error) {
      if (signal.aborted) return failure('INTERRUPTED');
      return failure(timeout.aborted ? 'TIMEOUT' : PROBLEMS[networkProblem(error).kind]);
    } finally {
      await agent.destroy();
    }
  }

  return {
    check: (url) => outgoingProblem(url, rules()),
    send,
  };
}

const PROBLEMS: Readonly<Record<ReturnType<typeof networkProblem>['kind'], DeliveryProblem>> = {
  'address-refused': 'ADDRESS_REFUSED',
  'not-trusted': 'CERTIFICATE_NOT_TRUSTED',
  timeout: 'TIMEOUT',
  failed: 'CONNECTION_FAILED',
};

function failure(problem: DeliveryProblem): DeliveryOutcome {
  return { kind: 'FAILED', status: null, problem };
}

function outcomeOf(status: number): DeliveryOutcome {
  if (status >= 200 && status < 300) return { kind: 'DELIVERED', status };
  if (status === GONE) return { kind: 'HOPELESS', status, problem: 'GONE' };
  return { kind: 'FAILED', status, problem: status >= 300 && status < 400 ? 'REDIRECT' : 'HTTP_STATUS' };
}

/** Without a secret there is no signature; id and time are there all the same. */
function headersOf({ id, timeMs, body, secret }: NotifyRequest): Record<string, string> {
  const time = new Date(timeMs);
  return {
    'content-type': 'application/json',
    'user-agent': 'cutroom',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(timeMs / 1000)),
    ...(secret !== null && { 'webhook-signature': new Webhook(secret).sign(id, time, body) }),
  };
}

/** Lets a short answer come to its end; a longer one is cut with its connection. An answer that breaks off after its status has said all. */
async function readSome(body: Dispatcher.ResponseData['body']): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // See above.
  }
}
