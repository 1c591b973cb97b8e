/** Stores that are filled with very many tasks at once, past the calls of the service: by these it would take an hour. */
import { join } from 'node:path';
import { ensureMongod } from '../scripts/lib/mongod.mjs';
import { startReplicaSet } from '../scripts/lib/replica-set.mjs';
import { SPEC } from './many-tasks.mjs';

const BATCH = 5000;

/** Files in a folder. @returns what opens one, with `store` and `fill`, and what closes them all. */
export async function openSqlite(folder) {
  const { createSqliteStore } = await import('../dist/src/store/sqlite/sqlite-store.js');
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const { outputBytesOf } = await import('../dist/src/task/output-bytes.js');
  const stores = [];
  const open = async (name) => {
    const file = join(folder, `${name}.sqlite`);
    const store = createSqliteStore({ file });
    stores.push(store);
    const fill = async (count, taskOf) => {
      const database = new DatabaseSync(file);
      database.exec('PRAGMA synchronous = OFF');
      const tasks = database.prepare(
        'INSERT INTO tasks (tenant, id, state, revision, fence, attempt_id, owner, request_id, create_time_ms, lease_expires_ms, output_bytes, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      );
      const labels = database.prepare('INSERT INTO labels SELECT ?, key, value, ?, ? FROM json_each(?)');
      const specs = database.prepare('INSERT INTO specs (tenant, id, spec) VALUES (?, ?, ?)');
      for (let i = 0; i < count; i += BATCH) {
        database.exec('BEGIN');
        for (let j = i; j < Math.min(i + BATCH, count); j += 1) {
          const task = taskOf(j);
          const { tenant, id, state, revision, fence, attemptId, owner, requestId, createTimeMs } = task;
          const lease = state === 'RUNNING' ? Date.now() + 1e9 : null;
          const document = JSON.stringify(task);
          tasks.run(
            tenant,
            id,
            state,
            revision,
            fence,
            attemptId,
            owner,
            requestId,
            createTimeMs,
            lease,
            outputBytesOf(task),
            document,
          );
          labels.run(tenant, createTimeMs, id, JSON.stringify(task.labels));
          specs.run(tenant, id, SPEC);
        }
        database.exec('COMMIT');
      }
      database.exec('INSERT INTO task_counts SELECT tenant, count(*) FROM tasks GROUP BY tenant');
      database.close();
    };
    return { store, fill };
  };
  return { open, close: async () => void (await Promise.all(stores.map((store) => store.close()))) };
}

/** Databases on a server; with `here` on one of one node that is started for them. Each also has `explain`: what the server says about a call. */
export async function openMongo(folder, uri) {
  const { createMongoStore } = await import('../dist/src/store/mongo/mongo-store.js');
  const { documentOf } = await import('../dist/src/store/mongo/task-document.js');
  const { MongoClient } = await import('mongodb');
  const set = uri === 'here' ? await startReplicaSet(await ensureMongod(), folder, { nodes: 1, cacheGb: 3 }) : null;
  const opened = [];
  const open = async (name) => {
    const own = new URL(set?.uri ?? uri);
    own.pathname = `/${name}`;
    const store = await createMongoStore({ uri: own.href, callDeadlineMs: 60_000 });
    const client = await new MongoClient(own.href, { appName: 'bench', writeConcern: { w: 1 } }).connect();
    opened.push({ store, client });
    const database = client.db();
    const fill = async (count, taskOf) => {
      for (let i = 0; i < count; i += BATCH) {
        const batch = Array.from({ length: Math.min(BATCH, count - i) }, (_, j) => taskOf(i + j));
        const lease = new Date(Date.now() + 1e9);
        const documents = batch.map((task) => ({
          ...documentOf(task),
          ...(task.state === 'RUNNING' && { lease_expires: lease }),
        }));
        await Promise.all([
          database.collection('tasks').insertMany(documents, { ordered: false }),
          database.collection('specs').insertMany(
            documents.map(({ _id }) => ({ _id, spec: SPEC })),
            { ordered: false },
          ),
        ]);
      }
      await database.createCollection('system.profile', { capped: true, size: 16 * 1024 * 1024 });
    };
    return { store, fill, explain: (call) => explain(database, call) };
  };
  const close = async () => {
    for (const { store, client } of opened) {
      await store.close();
      if (set === null) await client.db().dropDatabase();
      await client.close();
    }
    await set?.stop();
  };
  return { open, close };
}

/** A clause for each command on tasks: its plan, the documents that were read and those that were answered with or changed. */
async function explain(database, call) {
  // The feed's own looks come in between.
  const filter = { appName: /^cutroom(-leases)?$/, ns: /\.tasks$/, planSummary: { $exists: true } };
  const profile = database.collection('system.profile');
  const before = await profile.countDocuments(filter);
  await database.command({ profile: 2 });
  await call();
  await database.command({ profile: 0 });
  const found = await profile.find(filter, { skip: before }).toArray();
  const clauses = found.map(
    ({ planSummary, docsExamined = 0, nreturned, nMatched, hasSortStage }) =>
      `${planSummary}${hasSortStage ? ' and a sort' : ''}, ${docsExamined} read for ${nreturned ?? nMatched ?? 0}`,
  );
  return clauses.join('; ');
}
