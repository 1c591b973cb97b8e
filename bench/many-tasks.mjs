/**
 * The tasks of a service that has run for long, of 4 KB each with its spec: nine in ten of one tenant, the others of a hundred tenants; 2 % wait, 0.1 % run, the others
 * have ended. Four labels each: `run` is one task's, `project` a thousandth's; none has `half` = a and `other` = b. For benches and tests alike.
 */
export const PROJECTS = 1000;
export const SMALL_TENANT = 'tenant-7';
export const START_MS = 1.7e12;

/** What a task takes in a store beside its spec is about half of it. */
export const SPEC = JSON.stringify({ montage: { note: 'x'.repeat(1900) } });

const output = {
  key: 'final-1.mp4',
  location: 'default/0190f3c2-0000-7000-8000-000000000000/1-0190f3c2/final-1.mp4',
  contentType: 'video/mp4',
  parts: [{ name: 'final-1.jpg', contentType: 'image/jpeg', sizeBytes: 40_000, role: 'POSTER' }],
  ...{ sizeBytes: 4_000_000, durationUs: 30_000_000, width: 1080, height: 1920, frameRate: { num: 30, den: 1 } },
  ...{ frameCount: 900, videoCodec: 'h264', audioCodec: 'aac', sha256: 'c'.repeat(64), reusedFrames: 450 },
};

/** The task of a number, by the functions of `task/lifecycle.ts`. */
export function manyTask(i, { submitted, claimed, succeeded, cancelled }) {
  const nowMs = START_MS + i;
  const half = i % 2 === 0 ? 'a' : 'b';
  const queued = submitted({
    id: `t${String(i).padStart(9, '0')}`,
    tenant: i % 10 === 9 ? `tenant-${Math.floor(i / 10) % 100}` : 'default',
    requestId: `request-${i}`,
    requestHash: 'a'.repeat(64),
    options: {
      labels: { project: `p${i % PROJECTS}`, run: `r${i}`, half, other: half },
      ...{ priority: 0, maxAttempts: 2, ttlMs: 1e9 },
      timeouts: { queueMs: 1e9, totalMs: null, stallMs: null, fetchMs: null },
    },
    nowMs,
  });
  const turn = (i * 7) % 1000;
  if (turn < 20) return queued;
  if (turn < 30) return cancelled(queued, nowMs);
  const running = claimed(queued, { attemptId: `attempt-${i}`, owner: 'worker-1', nowMs });
  return turn === 30 ? running : succeeded(running, { outputs: [output], warnings: [] }, nowMs + 5000);
}

const label = (key, value, equal = true) => ({ key, value, equal });

/** Lists that callers ask for, by their names: of which tenant, with which conditions. Those of `isLong` may look at many tasks for a page. */
export const LISTS = {
  no_filter: { filter: { states: null, labels: [] } },
  state: { filter: { states: ['SUCCEEDED'], labels: [] } },
  rare_state: { filter: { states: ['RUNNING'], labels: [] } },
  two_states: { filter: { states: ['CANCELLED', 'QUEUED'], labels: [] } },
  state_of_none: { filter: { states: ['FAILED'], labels: [] } },
  label_of_one: { filter: { states: null, labels: [label('run', 'r5')] } },
  label_of_a_thousandth: { filter: { states: null, labels: [label('project', 'p7')] } },
  label_of_half: { filter: { states: null, labels: [label('half', 'a')] } },
  two_labels: { filter: { states: null, labels: [label('half', 'b'), label('project', 'p7')] } },
  state_and_label: { filter: { states: ['SUCCEEDED'], labels: [label('project', 'p7')] } },
  not_a_label: { filter: { states: null, labels: [label('project', 'p7', false)] } },
  small_tenant: { tenant: SMALL_TENANT, filter: { states: null, labels: [] } },
  small_tenant_state: { tenant: SMALL_TENANT, filter: { states: ['SUCCEEDED'], labels: [] } },
  small_tenant_label: { tenant: SMALL_TENANT, filter: { states: null, labels: [label('half', 'b')] } },
};
