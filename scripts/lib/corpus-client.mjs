import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** How long a file may take from its submit to its end. */
const TIMEOUT_MS = 600_000;

/**
 * Submits specs over HTTP and waits for their ends.
 * @param {string} address host:port
 */
export function createCorpusClient(address) {
  const call = async (path, init) => {
    const response = await fetch(`http://${address}${path}`, init);
    return { ok: response.ok, body: await response.json() };
  };
  return {
    /**
     * Renders a montage into a file.
     * @returns {Promise<{refused: string} | {task: object}>} the reason of a refusal, at submit or while rendering; or the finished task.
     */
    async render(montage, target) {
      const submit = await call('/v1/tasks', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ spec: { montage } }),
      });
      if (!submit.ok) return { refused: submit.body.message };
      let task = submit.body;
      const untilMs = performance.now() + TIMEOUT_MS;
      while (task.state === 'QUEUED' || task.state === 'RUNNING') {
        if (performance.now() > untilMs) {
          await call(`/v1/${task.name}:cancel`, { method: 'POST' });
          throw new Error(`it did not end within ${TIMEOUT_MS / 1000} s (${task.progress} %)`);
        }
        const query = `waitForRevisionAfter=${task.revision}&waitTimeout=10s`;
        task = (await call(`/v1/${task.name}?${query}`)).body;
      }
      if (task.state !== 'SUCCEEDED') {
        const { reason, message, field } = task.error ?? {};
        const untyped = ['INTERNAL', 'RENDER_FAILED', 'OUTPUT_MISMATCH', 'WORKER_LOST'].includes(reason) || !field;
        if (untyped) throw new Error(`${reason ?? task.state}: ${message ?? task.error?.status?.message ?? ''}`);
        return { refused: `${reason}: ${message ?? task.error?.status?.message ?? ''}` };
      }
      const video = await fetch(task.videos[0]);
      if (!video.ok || !video.body) throw new Error(`the video answers ${video.status}`);
      await pipeline(Readable.fromWeb(video.body), createWriteStream(target));
      return { task };
    },
  };
}
