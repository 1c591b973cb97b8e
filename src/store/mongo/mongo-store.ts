import type { Filter } from 'mongodb';
import type { Store } from '../../task/ports/store.js';
import type { StoreSignals } from '../../task/ports/lead-store.js';
import type { InspectionStore } from '../../task/ports/inspection-store.js';
import type { StepStore } from '../../task/ports/step-store.js';
import type { SubmitRates } from '../../task/ports/submit-rates.js';
import type { InsertResult } from '../../task/ports/task-store.js';
import type { Task } from '../../task/task.js';
import { createFeedNotifier, type FeedNotifier } from '../feed-notifier.js';
import { apiKeysIn } from './api-keys.js';
import { createCalls, type Calls } from './calls.js';
import { openChangeFeed } from './change-feed.js';
import { connectClients } from './clients.js';
import { collectionsOf, type Collections } from './collections.js';
import { createIndexes } from './indexes.js';
import { positionOf, putDiagnostics, remove, stats } from './beside-tasks.js';
import { list } from './list.js';
import { idOf, requestFilter, taskOf, TASK_ONLY, type StoredTask, type TaskDocument } from './task-document.js';
import { followTasks, type FollowedTasks } from './followed-tasks.js';
import { queueIn } from './queue.js';
import { keepHouse } from './housekeeping.js';
import { inspectionsIn } from './inspections.js';
import { leadIn } from './lead.js';
import { followSignals } from './signals.js';
import { signingSecretsIn } from './signing-secrets.js';
import { getSpec } from './specs.js';
import { stepsIn } from './steps.js';
import { submitRatesIn } from './submit-rates.js';
import { beginUpgrade, type Upgrade } from './upgrade.js';
import { usageIn } from './usage.js';
import { aliveWorkers, announceWorker } from './workers.js';
import { insert, renewLease, replace, replaceSecret, secret } from './writes.js';

export interface MongoStoreOptions {
  /** Of a replica set or sharded cluster; the database it names, else `cutroom`. */
  readonly uri: string;
  /** How long a call may take, 4,000 by default; a write has as much again to settle its outcome. */
  readonly callDeadlineMs?: number;
  /** How long an older version that was just starting may take to announce itself: 30,000 by default. */
  readonly startingMs?: number;
  /** Called when something beside the calls failed, and is tried again: the change stream broke off, say. */
  readonly onBackgroundError?: (message: string, cause: unknown) => void;
}

const CALL_DEADLINE_MS = 4000;
/** For so long an answer to the change stream shows that the server answers. */
const HEARD_MS = 2000;
/** Building an index over the tasks of years takes longer than a call. */
const INDEX_DEADLINE_MS = 600_000;

/**
 * A store in MongoDB, for any number of processes on any number of machines. Writes wait for a majority of the nodes, reads see only what a
 * majority has; there are no transactions. Leases follow the server's clock. Resolves when the indexes exist and the feed is open.
 * @throws Error when no server answers, or it is a standalone one; see `connectClients`.
 */
export async function createMongoStore(options: MongoStoreOptions): Promise<Store> {
  const deadlineMs = options.callDeadlineMs ?? CALL_DEADLINE_MS;
  const clients = await connectClients(options.uri);
  const collections = collectionsOf(clients);
  const calls = createCalls(deadlineMs);
  const closing = new AbortController();
  const { signal } = closing;
  const report =
    (message: string) =>
    (cause: unknown): void =>
      options.onBackgroundError?.(message, cause);
  const followed: FollowedTasks = followTasks(calls, collections.tasks, {
    hint: (hint) => {
      notifier.hint(hint);
    },
    onError: report('the progress of watched tasks cannot be read'),
    signal,
  });
  const notifier = createFeedNotifier(followed.follow);
  let heardMs = -Infinity;
  const isHeardOf = (): boolean => !signal.aborted && performance.now() - heardMs < HEARD_MS;
  const close = async (): Promise<void> => {
    closing.abort();
    calls.close();
    await clients.close();
  };
  try {
    await createIndexes(collections, { deadlineMs: INDEX_DEADLINE_MS });
    const upgrade = await beginUpgrade(calls, collections, options.startingMs);
    await openChangeFeed(collections.feed, {
      onHint: (hint) => {
        followed.learn(hint);
        notifier.hint(hint);
      },
      onGap: () => {
        notifier.gap();
      },
      onAnswer: () => {
        heardMs = performance.now();
      },
      deadlineMs,
      onBackgroundError: (cause) => {
        heardMs = -Infinity;
        report('the change stream broke off and is opened again')(cause);
      },
      signal,
    });
    const onError = report('the specs of tasks could not be put in order; tried again');
    void keepHouse(calls, collections, { upgrade, onError, signal });
    const signals = followSignals(collections.feed.db, {
      secrets: collections.secrets.collectionName,
      leads: collections.leads.collectionName,
      inspections: collections.inspections.collectionName,
      onError: report('the change stream of secrets, leads and inspections broke off and is opened again'),
      signal,
    });
    const steps = stepsIn(calls, collections, {
      deadlineMs,
      onBackgroundError: report('the change stream of steps broke off and is opened again'),
      signal,
    });
    return storeOf(collections, calls, {
      notifier,
      upgrade,
      rates: submitRatesIn(calls, clients),
      signals,
      steps,
      inspections: inspectionsIn(calls, collections.inspections, (listener) => signals.followInspections(listener)),
      isHeardOf,
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

interface StoreParts {
  readonly notifier: FeedNotifier;
  readonly upgrade: Upgrade;
  readonly rates: SubmitRates;
  readonly signals: StoreSignals;
  /** Whether the server has just answered the change stream. */
  readonly isHeardOf: () => boolean;
  readonly steps: StepStore;
  readonly inspections: InspectionStore;
  readonly close: () => Promise<void>;
}

function storeOf(
  collections: Collections,
  calls: Calls,
  { notifier, upgrade, rates, signals, steps, inspections, isHeardOf, close }: StoreParts,
): Store {
  const { tasks, leases, secrets, diagnostics, workers } = collections;
  const find = (filter: Filter<TaskDocument>, sort: Record<string, 1 | -1>, limit: number): Promise<Task[]> =>
    calls.ask(async (options) =>
      (await tasks.find<StoredTask>(filter, { projection: TASK_ONLY, sort, limit, ...options }).toArray()).map(taskOf),
    );
  const findOne = async (filter: Filter<TaskDocument>): Promise<Task | null> => {
    const stored = await calls.ask((options) =>
      tasks.findOne<StoredTask>(filter, { projection: TASK_ONLY, ...options }),
    );
    return stored === null ? null : taskOf(stored);
  };

  return {
    insert: async (task, spec): Promise<InsertResult> => {
      const result = await insert(calls, collections, { task, spec, isOldShape: !upgrade.isDone() });
      // At once: the change stream repeats it some milliseconds later.
      if (result.kind === 'inserted') notifier.changed(task);
      return result;
    },
    get: (key) => findOne({ _id: idOf(key) }),
    findByRequestId: (tenant, requestId) => findOne(requestFilter(tenant, requestId)),
    getSpec: (key) => getSpec(calls, collections, key),
    list: (query) => list(calls, tasks, query),
    // By an aggregation's stage, so from the index `list`.
    count: (tenant) => calls.ask((options) => tasks.countDocuments({ tenant }, { ...options })),
    positionOf: (tenant, place) => positionOf(calls, tasks, tenant, place),
    replace: async (from, to, { leaseMs }) => {
      // Progress carries the heartbeat, so it goes where heartbeats go.
      const through = from.state === 'RUNNING' && to.state === 'RUNNING' ? leases : tasks;
      const isStored = await replace(calls, through, { from, to, leaseMs });
      if (isStored) notifier.changed(to);
      return isStored;
    },
    renewLease: (renewal) => renewLease(calls, leases, renewal),
    remove: async (task) => {
      const isGone = await remove(calls, collections, task);
      if (isGone) notifier.removed(task);
      return isGone;
    },
    ...queueIn(calls, tasks, find),
    ...rates,
    overdue: (limit, { nowMs }) =>
      find({ state: 'QUEUED', queueDeadlineMs: { $lt: nowMs } }, { queueDeadlineMs: 1 }, limit),
    expired: (limit, { nowMs }) => find({ expireTimeMs: { $lt: nowMs, $gt: 0 } }, { expireTimeMs: 1 }, limit),
    withDueDeliveries: (limit, { nowMs }) =>
      find({ nextDeliveryMs: { $lt: nowMs, $gt: 0 } }, { nextDeliveryMs: 1 }, limit),
    stats: () => stats(calls, tasks),
    putDiagnostics: (key, text, { fence }) => putDiagnostics(calls, collections, key, { text, fence }),
    getDiagnostics: async (key) =>
      (await calls.ask((options) => diagnostics.findOne({ _id: idOf(key) }, { ...options })))?.diagnostics ?? null,
    announceWorker: (worker, { leaseMs }) => announceWorker(calls, workers, worker, leaseMs),
    forgetWorker: async (owner) => {
      await calls.ask((options) => workers.deleteOne({ _id: owner }, { ...options }));
    },
    workers: () => aliveWorkers(calls, workers),
    // Other workers may live, so only the lease counts. `$expr` takes a missing lease for one that ended.
    abandoned: (limit) =>
      find({ state: 'RUNNING', $expr: { $lte: ['$lease_expires', '$$NOW'] } }, { lease_expires: 1 }, limit),
    secret: (name) => secret(calls, secrets, name),
    replaceSecret: (name, from, to) => replaceSecret(calls, secrets, { name, from, to }),
    ...apiKeysIn(calls, collections.apiKeys),
    ...signingSecretsIn(calls, collections.signingSecrets),
    ...usageIn(calls, collections.usage),
    ...leadIn(calls, collections.leads),
    signals,
    isExclusive: false,
    steps,
    inspections,
    feed: notifier.feed,
    ping: async ({ recent = false } = {}) => {
      // An idle process need not ask: the stream has its answer every second.
      if (recent && isHeardOf()) return;
      await calls.ask((options) => tasks.findOne({}, { hint: '_id_', projection: { _id: 1 }, ...options }));
    },
    close,
  };
}
