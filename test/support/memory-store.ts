import { randomBytes } from 'node:crypto';
import type { ApiKey } from '../../src/task/api-key.js';
import type { ApiKeyStore } from '../../src/task/ports/api-key-store.js';
import type { Store } from '../../src/task/ports/store.js';
import type { InsertResult, LeaseRenewal, ListCursor, ListQuery } from '../../src/task/ports/task-store.js';
import { isTerminal, type Task, type TaskKey, type TaskState } from '../../src/task/task.js';
import type { SigningSecret } from '../../src/task/signing-secret.js';
import type { SigningSecretStore } from '../../src/task/ports/signing-secret-store.js';
import type { UsageStore } from '../../src/task/ports/usage-store.js';
import { idTaken, storeUnavailable } from '../../src/store/errors.js';
import { createFeedNotifier } from '../../src/store/feed-notifier.js';
import { soleLead } from '../../src/store/sole-lead.js';
import { submitRatesInMemory } from '../../src/store/submit-rates.js';
import { createMemoryInspections } from './memory-inspections.js';
import { createMemorySteps } from './memory-steps.js';
import { createWorkerRegistry, type WorkerRegistry } from '../../src/store/worker-registry.js';

interface Entry {
  readonly task: Task;
  readonly spec: string;
  readonly leaseExpiresMs: number | null;
}

/**
 * The model of a Store: what the real ones must do, in as few words as possible. For tests and simulations; it loses everything
 * with its process. Leases follow `nowMs`. Like MongoDB it takes several workers, so that only a lease that ended makes a task abandoned.
 */
export function createMemoryStore(options: { nowMs: () => number }): Store {
  const { nowMs } = options;
  const entries = new Map<string, Entry>();
  const secrets = new Map<string, Buffer>();
  const diagnostics: DiagnosticsByKey = new Map();
  const notifier = createFeedNotifier();
  let closed = false;

  const tasks = (): Task[] => [...entries.values()].map((entry) => entry.task);

  const byRequestId = (tenant: string, requestId: string): Task | null =>
    tasks().find((t) => t.tenant === tenant && t.requestId === requestId) ?? null;

  function insert(task: Task, spec: string): InsertResult {
    const holder = task.requestId === null ? null : byRequestId(task.tenant, task.requestId);
    if (holder !== null) return { kind: 'request-id-taken', task: holder };
    if (entries.has(keyOf(task))) throw idTaken(task);
    // Copies, here and in `replace`: what the caller does with its object later changes nothing stored.
    entries.set(keyOf(task), { task: structuredClone(task), spec, leaseExpiresMs: null });
    notifier.changed(task);
    return { kind: 'inserted' };
  }

  function replace(from: Task, to: Task, leaseMs: number | null): boolean {
    const entry = entries.get(keyOf(from));
    if (entry === undefined || !isSameVersion(entry.task, from)) return false;
    const leaseExpiresMs = to.state !== 'RUNNING' ? null : leaseMs === null ? entry.leaseExpiresMs : nowMs() + leaseMs;
    entries.set(keyOf(from), { task: structuredClone(to), spec: entry.spec, leaseExpiresMs });
    notifier.changed(to);
    return true;
  }

  function remove(task: Task): boolean {
    const entry = entries.get(keyOf(task));
    if (entry === undefined || !isSameVersion(entry.task, task)) return false;
    entries.delete(keyOf(task));
    diagnostics.delete(keyOf(task));
    notifier.removed(task);
    return true;
  }

  // An async function, so that an answer always comes as a promise, as it does from the real stores.
  async function answer<T>(call: () => T): Promise<T> {
    if (closed) throw storeUnavailable(new Error('the store is closed'));
    return call();
  }

  return {
    insert: (task, spec) => answer(() => insert(task, spec)),
    get: (key) => answer(() => entries.get(keyOf(key))?.task ?? null),
    findByRequestId: (tenant, requestId) => answer(() => byRequestId(tenant, requestId)),
    getSpec: (key) => answer(() => entries.get(keyOf(key))?.spec ?? null),
    ...queriesOf(tasks, answer),
    ...workersOf(createWorkerRegistry(nowMs), answer),
    replace: (from, to, { leaseMs }) => answer(() => replace(from, to, leaseMs)),
    renewLease: (renewal) => answer(() => renewLease(entries, renewal, nowMs())),
    remove: (task) => answer(() => remove(task)),
    putDiagnostics: (key, text, { fence }) =>
      answer(() => {
        if (entries.has(keyOf(key))) keepLatest(diagnostics, keyOf(key), { text, fence });
      }),
    getDiagnostics: (key) => answer(() => diagnostics.get(keyOf(key))?.text ?? null),
    abandoned: (limit) => answer(() => abandoned(entries, nowMs()).slice(0, limit)),
    secret: (name) => answer(() => secretOf(secrets, name)),
    replaceSecret: (name, from, to) =>
      answer(() => {
        const isSame = secrets.get(name)?.equals(from) ?? false;
        if (isSame) secrets.set(name, Buffer.from(to));
        return isSame;
      }),
    ...apiKeysOf(answer),
    ...submitRatesInMemory(),
    ...signingSecretsOf(answer),
    ...usageOf(answer),
    ...soleLead(answer),
    isExclusive: false,
    steps: createMemorySteps(nowMs, answer),
    inspections: createMemoryInspections(nowMs, answer),
    feed: notifier.feed,
    ping: () => answer(() => undefined),
    close: async () => {
      closed = true;
      return Promise.resolve();
    },
  };
}

type Entries = Map<string, Entry>;

interface StoredDiagnostics {
  readonly text: string;
  readonly fence: number;
}

type DiagnosticsByKey = Map<string, StoredDiagnostics>;

function keepLatest(diagnostics: DiagnosticsByKey, key: string, next: StoredDiagnostics): void {
  const stored = diagnostics.get(key);
  if (!stored || stored.fence <= next.fence) diagnostics.set(key, next);
}

function renewLease(entries: Entries, { key, fence, attemptId, leaseMs }: LeaseRenewal, nowMs: number): boolean {
  const entry = entries.get(keyOf(key));
  if (entry?.task.state !== 'RUNNING' || entry.task.fence !== fence || entry.task.attemptId !== attemptId) return false;
  entries.set(keyOf(key), { ...entry, leaseExpiresMs: nowMs + leaseMs });
  return true;
}

function abandoned(entries: Entries, nowMs: number): Task[] {
  const late = [...entries.values()].filter((entry) => entry.task.state === 'RUNNING' && endOf(entry) <= nowMs);
  return late.sort((a, b) => endOf(a) - endOf(b)).map((entry) => entry.task);
}

type Answer = <T>(call: () => T) => Promise<T>;

function apiKeysOf(answer: Answer): ApiKeyStore {
  const keys = new Map<string, ApiKey>();
  const change = (id: string, changes: (key: ApiKey) => Partial<ApiKey>) => {
    const key = keys.get(id);
    if (key) keys.set(id, { ...key, ...changes(key) });
  };
  return {
    putApiKey: (key) =>
      answer(() => {
        keys.set(key.id, structuredClone(key));
      }),
    getApiKey: (id) => answer(() => keys.get(id) ?? null),
    apiKeys: ({ tenant, afterId, limit }) =>
      answer(() =>
        [...keys.values()]
          .filter((key) => (tenant === null || key.tenant === tenant) && key.id > (afterId ?? ''))
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .slice(0, limit),
      ),
    revokeApiKey: (id, timeMs) =>
      answer(() => {
        change(id, ({ revokeTimeMs }) => ({ revokeTimeMs: revokeTimeMs ?? timeMs }));
        return keys.get(id) ?? null;
      }),
    noteApiKeyUse: (id, timeMs) =>
      answer(() => {
        change(id, ({ lastUseTimeMs }) => ({ lastUseTimeMs: Math.max(lastUseTimeMs ?? 0, timeMs) }));
      }),
  };
}

function signingSecretsOf(answer: Answer): SigningSecretStore {
  const secrets = new Map<string, SigningSecret>();
  return {
    putSigningSecret: (secret) =>
      answer(() => {
        secrets.set(secret.id, structuredClone(secret));
      }),
    getSigningSecret: (id) => answer(() => secrets.get(id) ?? null),
    signingSecrets: ({ tenant, afterId, limit }) =>
      answer(() =>
        [...secrets.values()]
          .filter((secret) => (tenant === null || secret.tenant === tenant) && secret.id > (afterId ?? ''))
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .slice(0, limit),
      ),
    revokeSigningSecret: (id, timeMs) =>
      answer(() => {
        const secret = secrets.get(id);
        if (secret?.revokeTimeMs === null) secrets.set(id, { ...secret, text: '', revokeTimeMs: timeMs });
        return secrets.get(id) ?? null;
      }),
  };
}

function usageOf(answer: Answer): UsageStore {
  const sums = new Map<string, number>();
  return {
    pixelFramesOn: ({ tenant, day }) => answer(() => sums.get(`${day} ${tenant}`) ?? 0),
    addPixelFrames: ({ tenant, day }, amount) =>
      answer(() => {
        sums.set(`${day} ${tenant}`, (sums.get(`${day} ${tenant}`) ?? 0) + amount);
      }),
  };
}

function queriesOf(
  tasks: () => Task[],
  answer: Answer,
): Pick<
  Store,
  | 'list'
  | 'count'
  | 'positionOf'
  | 'queued'
  | 'queuedRanks'
  | 'queuedByTenant'
  | 'countIn'
  | 'outputBytes'
  | 'overdue'
  | 'expired'
  | 'withDueDeliveries'
  | 'stats'
> {
  const inState = (state: TaskState) => tasks().filter((task) => task.state === state);
  return {
    list: (query) =>
      answer(() => {
        const all = tasks()
          .filter((t) => isListed(t, query))
          .sort(orderOf(query));
        const page = all.slice(0, query.limit);
        return { tasks: page, next: page.length < all.length ? (page.at(-1) ?? null) : null };
      }),
    positionOf: (tenant, place) =>
      answer(
        () =>
          tasks()
            .filter((t) => t.tenant === tenant)
            .sort(newestFirst)[place - 1] ?? null,
      ),
    count: (tenant) => answer(() => tasks().filter((t) => t.tenant === tenant).length),
    queued: (limit, { after }) =>
      answer(() => {
        const later = inState('QUEUED').filter((t) => t.tenant > after);
        const [next] = later.map((t) => t.tenant).sort();
        return later
          .filter((t) => t.tenant === next)
          .sort(byRank)
          .slice(0, limit);
      }),
    queuedRanks: (tenant, limit) =>
      answer(() =>
        inState('QUEUED')
          .filter((t) => t.tenant === tenant)
          .sort(byRank)
          .slice(0, limit)
          .map((t) => t.queueRankMs),
      ),
    queuedByTenant: () =>
      answer(() => {
        const tenants = inState('QUEUED').map((t) => t.tenant);
        return [...new Set(tenants)].map((tenant) => ({ tenant, queued: tenants.filter((t) => t === tenant).length }));
      }),
    outputBytes: (tenant) =>
      answer(() =>
        tasks()
          .filter((t) => t.tenant === tenant)
          .flatMap((t) => t.outputs)
          .flatMap(({ sizeBytes, parts = [] }) => [sizeBytes, ...parts.map((part) => part.sizeBytes ?? 0)])
          .reduce((sum, bytes) => sum + bytes, 0),
      ),
    countIn: (tenant, state, upTo) =>
      answer(() => Math.min(upTo, inState(state).filter((t) => t.tenant === tenant).length)),
    overdue: (limit, { nowMs }) =>
      answer(() => due(inState('QUEUED'), (t) => t.queueDeadlineMs, nowMs).slice(0, limit)),
    expired: (limit, { nowMs }) =>
      answer(() =>
        due(
          tasks().filter((t) => isTerminal(t.state)),
          (t) => t.expireTimeMs,
          nowMs,
        ).slice(0, limit),
      ),
    withDueDeliveries: (limit, { nowMs }) =>
      answer(() => due(tasks(), (t) => t.nextDeliveryMs ?? null, nowMs).slice(0, limit)),
    stats: () =>
      answer(() => {
        const times = inState('QUEUED').map((t) => t.createTimeMs);
        return {
          queued: times.length,
          running: inState('RUNNING').length,
          awaitingDelivery: tasks().filter((t) => typeof t.nextDeliveryMs === 'number').length,
          oldestQueuedTimeMs: times.length > 0 ? Math.min(...times) : null,
        };
      }),
  };
}

function workersOf(
  registry: WorkerRegistry,
  answer: Answer,
): Pick<Store, 'announceWorker' | 'forgetWorker' | 'workers'> {
  return {
    announceWorker: (worker, { leaseMs }) =>
      answer(() => {
        registry.announce(worker, leaseMs);
      }),
    forgetWorker: (owner) =>
      answer(() => {
        registry.forget(owner);
      }),
    workers: () => answer(() => registry.alive()),
  };
}

function keyOf({ tenant, id }: TaskKey): string {
  return JSON.stringify([tenant, id]);
}

/** A running task without a lease is held by nobody. */
function endOf(entry: Entry): number {
  return entry.leaseExpiresMs ?? 0;
}

function isSameVersion(stored: Task, from: Task): boolean {
  return stored.revision === from.revision && stored.fence === from.fence && stored.attemptId === from.attemptId;
}

function newestFirst(a: ListCursor, b: ListCursor): number {
  return b.createTimeMs - a.createTimeMs || compare(b.id, a.id);
}

function orderOf({ order }: ListQuery): (a: ListCursor, b: ListCursor) => number {
  return order === 'newest-first' ? newestFirst : (a, b) => newestFirst(b, a);
}

function byRank(a: Task, b: Task): number {
  return a.queueRankMs - b.queueRankMs || compare(a.id, b.id);
}

function isListed(task: Task, query: ListQuery): boolean {
  const { states, labels } = query.filter;
  return (
    task.tenant === query.tenant &&
    (states === null || states.includes(task.state)) &&
    labels.every(
      ({ key, value, equal }) => ((Object.hasOwn(task.labels, key) ? task.labels[key] : undefined) === value) === equal,
    ) &&
    (query.after === null || orderOf(query)(query.after, task) < 0)
  );
}

/** Those whose time, where they have one, is over; the longest over first. */
function due(tasks: readonly Task[], timeOf: (task: Task) => number | null, nowMs: number): Task[] {
  const over = tasks.filter((task) => (timeOf(task) ?? nowMs) < nowMs);
  return over.sort((a, b) => (timeOf(a) ?? 0) - (timeOf(b) ?? 0));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function secretOf(secrets: Map<string, Buffer>, name: string): Buffer {
  const value = secrets.get(name) ?? randomBytes(32);
  secrets.set(name, value);
  return Buffer.from(value);
}
