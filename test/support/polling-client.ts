/** A task's record, as far as its clients look at it. */
export interface PolledRecord {
  readonly state: number;
  readonly progress: number;
  readonly videos?: readonly string[];
  readonly combined_videos?: readonly string[];
  readonly error?: string;
  readonly failed_stage?: string;
  readonly warnings?: readonly { readonly code: string; readonly field: string }[];
}

interface Envelope<T> {
  readonly status: number;
  readonly message?: string;
  readonly data?: T;
}

/**
 * Does what public clients of MoneyPrinterTurbo do, with their carelessness: takes a base URL with or without `/api/v1`, believes the number
 * `status` in the body and no other, takes any `videos` for "done" whatever the state, joins URLs to the base, looks for a reason in three places.
 */
export function createPollingClient(base: string, options: { readonly intervalMs: number }) {
  const root = base.replace(/\/+$/, '').replace(/\/api\/v1$/, '');
  const headers = {
    'x-api-key': 'key',
    'x-task-id': 'trace-1',
    authorization: 'Bearer key',
    'content-type': 'application/json',
  };

  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${root}/api/v1${path}`, {
      method,
      headers,
      redirect: 'error',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = (await response.json()) as Envelope<T> & { error?: string; detail?: string };
    if (json.status !== 200)
      throw new Error(`${String(json.status)}: ${json.error ?? json.message ?? json.detail ?? 'no reason'}`);
    return json.data as T;
  }

  return {
    isAlive: async () => {
      const probes = await Promise.all(
        ['/api/v1/tasks?page=1&page_size=1', '/api/v1/musics', '/docs', '/ping'].map((path) =>
          fetch(root + path, { headers }),
        ),
      );
      return probes.every((probe) => probe.status === 200 || probe.status === 307);
    },
    create: async (parameters: object) => (await ask<{ task_id: string }>('POST', '/videos', parameters)).task_id,
    read: (id: string) => ask<PolledRecord>('GET', `/tasks/${id}`),
    remove: (id: string) => ask<null>('DELETE', `/tasks/${id}`),
    list: (page: number, size: number) =>
      ask<{ tasks: (PolledRecord & { task_id: string })[]; total: number }>(
        'GET',
        `/tasks?page=${String(page)}&page_size=${String(size)}`,
      ),
    /** Polls to the end. @returns every record that it saw. */
    async poll(id: string): Promise<PolledRecord[]> {
      const seen: PolledRecord[] = [];
      for (;;) {
        const record = await this.read(id);
        seen.push(record);
        const claimsVideos = (record.videos ?? []).length > 0 || (record.combined_videos ?? []).length > 0;
        if (record.state === 1 || record.state === -1 || claimsVideos) return seen;
        await new Promise((resolve) => setTimeout(resolve, options.intervalMs));
      }
    },
    /** Where a video is, for a client that joins what it is given to its base. */
    join: (url: string) => new URL(url, `${root}/`).href,
    /** Where a client finds it that keeps only the URL's path and builds the rest itself. */
    streamOf: (url: string) => `${root}/api/v1/stream/${new URL(url).pathname.replace(/^\/tasks\//, '')}`,
  };
}
