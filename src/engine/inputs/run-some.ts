/** Runs jobs, `atOnce` at a time and in order. The first error is thrown after those that had begun have ended. */
export async function runSome(
  jobs: readonly (() => Promise<void>)[],
  atOnce: number,
  onStep: (done: number, total: number) => void,
): Promise<void> {
  let next = 0;
  let done = 0;
  let failed = false;
  async function worker(): Promise<void> {
    for (let job = jobs[next]; job && !failed; job = jobs[next]) {
      next += 1;
      try {
        await job();
      } catch (error) {
        failed = true;
        throw error;
      }
      done += 1;
      onStep(done, jobs.length);
    }
  }
  const results = await Promise.allSettled(Array.from({ length: Math.min(atOnce, jobs.length) }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
