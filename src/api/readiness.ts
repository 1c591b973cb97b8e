import { delay } from '../task/wait.js';

/** What decides whether traffic is to be sent to this server. */
export interface Readiness {
  /** Why it is not ready, as a clause without paths; null: it is. Rejects when the store does not answer. */
  readonly problem: () => Promise<string | null>;
  readonly drain: AbortSignal;
  /** Without an answer for so long the store counts as away. */
  readonly timeoutMs: number;
}

const NO_ANSWER = 'the store does not answer';

/** Why traffic is not to be sent here: while draining, while the store does not answer, while this machine has a problem. Null: it may be sent. */
export async function findProblem({ problem, drain, timeoutMs }: Readiness): Promise<string | null> {
  if (drain.aborted) return 'draining';
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, NO_ANSWER);
  });
  try {
    return await Promise.race([timeout, problem().catch(() => NO_ANSWER)]);
  } finally {
    clearTimeout(timer);
  }
}

/** Finds out again and again until the server drains, for transports that tell of it by themselves. */
export async function followReadiness(
  readiness: Readiness,
  options: { readonly intervalMs: number; readonly onChange: (isReady: boolean) => void },
): Promise<void> {
  let wasReady = true;
  while (!readiness.drain.aborted) {
    await delay(options.intervalMs, readiness.drain);
    const isReady = (await findProblem(readiness)) === null;
    if (isReady !== wasReady) options.onChange(isReady);
    wasReady = isReady;
  }
}
